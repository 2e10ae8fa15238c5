#include "job/run/committed.hpp"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "core/base/error.hpp"
#include "core/moments/moments_tree.hpp"
#include "job/run/workers.hpp"

namespace coulis {
namespace {

struct PartContents {
  ManifestPart entry;
  std::vector<ErrorRow> errors;
};

PartContents describe_part(const Location& input, const PartFile& file, const Bytes& bytes, const RowTable& table,
                           const std::string& origin) {
  const PartRecord record = parse_part_record(table.metadata, origin);
  if (record.images.size() != table.rows() + record.failures.size()) {
    throw Error(ErrorCode::kRunFailed,
                fmt::format("{} has lost rows: {} images, {} rows, {} failures", origin, record.images.size(), table.rows(),
                            record.failures.size()),
                "remove the file and run the same `coulis run` command again");
  }
  PartContents contents;
  contents.entry.number = file.number;
  contents.entry.fingerprint = file.fingerprint;
  contents.entry.listed = record.images.size();
  contents.entry.ok = table.rows();
  contents.entry.failed = record.failures.size();
  contents.entry.features = describe_file(file.key, bytes);
  for (const FailedImage& failure : record.failures) {
    const ImageRef& image = record.images[failure.index];
    contents.errors.push_back({printable(input.path_of(image.key)), failure.stage, failure.code, failure.message, image.size_bytes});
  }
  return contents;
}

}  // namespace

Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                         Progress& progress) {
  std::vector<PartContents> contents(files.size());
  std::vector<std::uint64_t> numbers;
  numbers.reserve(files.size());
  for (const PartFile& file : files) numbers.push_back(file.number);
  MomentsTree tree(std::move(numbers));
  std::mutex tree_mutex;
  progress.begin("moments", files.size());
  for_each_parallel(threads, files.size(), [&](std::size_t i) {
    const std::string origin = printable(output.path_of(files[i].key));
    const Bytes bytes = output.get_or_throw(files[i].key);
    const RowTable table = read_row_table(bytes, kFeaturesColumn, origin);
    contents[i] = describe_part(input, files[i], bytes, table, origin);
    Moments moments = moments_of(table.matrix());
    const std::lock_guard lock(tree_mutex);
    tree.add(files[i].number, std::move(moments));
    progress.advance(1, 0);
  });
  progress.end();
  Committed committed;
  committed.moments = std::move(tree).root();
  for (PartContents& part : contents) {
    committed.listed += part.entry.listed;
    committed.ok += part.entry.ok;
    committed.parts.push_back(std::move(part.entry));
    for (ErrorRow& error : part.errors) {
      ++committed.failed_by_code[error.code];
      committed.errors.push_back(std::move(error));
    }
  }
  return committed;
}

}  // namespace coulis
