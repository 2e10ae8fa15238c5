#include "job/reduce/committed.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.hpp"
#include "core/moments/moments_tree.hpp"
#include "job/output/part_record.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
CommittedPart read_committed_part(const Location& input, const Location& output, const PartFile& file) {
  const std::string origin = printable(output.path_of(file.key));
  const Bytes bytes = output.get_or_throw(file.key);
  const RowTable table = read_row_table(bytes, kFeaturesColumn, origin);
  const PartRecord record = parse_part_record(table.metadata, origin);
  if (record.images.size() != table.rows() + record.failures.size()) {
    throw Error(ErrorCode::kRunFailed,
                fmt::format("{} has lost rows: {} images, {} rows, {} failures", origin, record.images.size(), table.rows(),
                            record.failures.size()),
                "remove the file and run the same `coulis run` command again");
  }
  CommittedPart part;
  part.entry.number = file.number;
  part.entry.fingerprint = file.fingerprint;
  part.entry.listed = record.images.size();
  part.entry.ok = table.rows();
  part.entry.failed = record.failures.size();
  part.entry.turned = record.turned;
  part.entry.features = describe_file(file.key, bytes);
  for (const FailedImage& failure : record.failures) {
    const ImageRef& image = record.images[failure.index];
    part.errors.push_back({printable(input.path_of(image.key)), failure.stage, failure.code, failure.message, image.size_bytes});
  }
  part.moments = moments_of(table.matrix());
  return part;
}

Committed gather(std::vector<CommittedPart> parts, Moments moments) {
  Committed committed;
  committed.moments = std::move(moments);
  for (CommittedPart& part : parts) {
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

Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                         Progress& progress) {
  std::vector<CommittedPart> parts(files.size());
  std::vector<std::uint64_t> numbers;
  numbers.reserve(files.size());
  for (const PartFile& file : files) numbers.push_back(file.number);
  MomentsTree tree(std::move(numbers));
  progress.begin("moments", files.size());
  for_each_parallel(threads, files.size(), [&](std::size_t i) {
    parts[i] = read_committed_part(input, output, files[i]);
    tree.add(files[i].number, std::exchange(parts[i].moments, {}));
    progress.advance(1, 0);
  });
  progress.end();
  return gather(std::move(parts), std::move(tree).root());
}

}  // namespace coulis
