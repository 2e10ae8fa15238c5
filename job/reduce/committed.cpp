#include "job/reduce/committed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "job/output/part_record.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
CommittedPart describe_committed_part(const Location& input, const Location& output, const PartFile& file, const Bytes& bytes,
                                      const RowTable& table) {
  const std::string origin = printable(output.path_of(file.key));
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

CommittedPart read_committed_part(const Location& input, const Location& output, const PartFile& file) {
  const Bytes bytes = output.get_or_throw(file.key);
  return describe_committed_part(input, output, file, bytes, read_row_table(bytes, kFeaturesColumn, printable(output.path_of(file.key))));
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

CommittedParts::CommittedParts(const std::vector<PartFile>& files) : numbers_(numbers_of(files)), parts_(files.size()), tree_(numbers_) {}

void CommittedParts::add(CommittedPart part) {
  const std::uint64_t number = part.entry.number;
  tree_.add(number, std::exchange(part.moments, {}));  // refuses a number that is not here, and one that was
  const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), number);
  parts_[static_cast<std::size_t>(found - numbers_.begin())] = std::move(part);
  ++added_;
}

bool CommittedParts::complete() const {
  return added_ == numbers_.size();
}

Committed CommittedParts::take() && {
  return gather(std::move(parts_), std::move(tree_).root());
}

Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                         Progress& progress) {
  CommittedParts parts(files);
  progress.begin("moments", files.size());
  for_each_parallel(threads, files.size(), [&](std::size_t i) {
    parts.add(read_committed_part(input, output, files[i]));
    progress.advance(1, 0);
  });
  progress.end();
  return std::move(parts).take();
}

}  // namespace coulis
