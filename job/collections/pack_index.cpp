#include "job/collections/pack_index.hpp"

#include <set>
#include <utility>

#include "core/base/error.hpp"
#include "job/collections/members.hpp"
#include "job/collections/tar.hpp"
#include "job/tables/shard_index.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kEndMark_bytes = 2 * kTarBlock_bytes;
constexpr std::uint64_t kMostHeaders_bytes = 1 << 20;  // of one photo: its name in a pax header may be long

std::string_view name_in(std::string_view key) {
  return key.substr(key.rfind('/') + 1);  // 0: there is no '/'
}

std::string beside(std::string_view key, std::string_view name) {
  return std::string(key.substr(0, key.rfind('/') + 1)).append(name);
}

// The photos fill the shard from its first byte to its last, as `coulis pack` writes them: none is left out, and none lies elsewhere.
bool fills(const std::vector<Member>& members, std::uint64_t shard_bytes) {
  std::uint64_t end = 0;
  for (const Member& member : members) {
    if (member.offset < end + kTarBlock_bytes || member.size_bytes > shard_bytes || member.offset > shard_bytes) return false;
    const std::uint64_t more_headers = member.offset - kTarBlock_bytes - end;
    const bool long_name = member.name.size() > kTarName_bytes;
    if (key_in("", member.name) != member.name) return false;  // "a//1.jpg": the header's name would not be that of the entry
    if (long_name ? more_headers == 0 || more_headers > kMostHeaders_bytes : more_headers != 0) return false;
    end = member.offset + (member.size_bytes + kTarBlock_bytes - 1) / kTarBlock_bytes * kTarBlock_bytes;
  }
  return !members.empty() && end + kEndMark_bytes == shard_bytes;
}

std::vector<Member> members_of(const ShardTable& table) {
  std::vector<Member> members;
  members.reserve(table.keys.size());
  for (std::size_t i = 0; i < table.keys.size(); ++i) {
    const auto size = static_cast<std::uint64_t>(table.sizes[i]);  // a negative one becomes too large a one
    members.push_back({raw_name(table.keys[i]), size, static_cast<std::uint64_t>(table.offsets[i]), size, {}, Packing::kIndexed});
  }
  return members;
}

bool has_header_of(const Store& store, const Entry& container, const Member& member) {
  const Outcome<Bytes> block = store.get_listed_range(container, member.offset - kTarBlock_bytes, kTarBlock_bytes);
  return block && is_tar_header_of(block.value(), member.name, member.size_bytes);
}

// What cannot be listed or read has no index for us: the shard's headers tell as much.
template <class F>
auto unless_failing(F call) -> decltype(call()) {
  try {
    return call();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInterrupted) throw;
    return {};
  }
}

}  // namespace

bool PackIndexes::may_have(const Entry& container) {
  return is_shard_name(name_in(container.key));
}

std::optional<std::vector<Member>> PackIndexes::maybe_members(const Entry& container) const {
  if (!may_have(container)) return std::nullopt;
  const std::string_view name = name_in(container.key);
  const std::string folder = beside(container.key, kIndexFolder);
  const std::shared_ptr<Indexes> indexes = folders_.get(folder, [&] {
    return std::make_shared<Indexes>(unless_failing([&] {
      Indexes found;
      std::set<std::string> twice;  // which of two is the right one, nobody knows
      store_->list(folder, [&](Entry entry) {
        const std::optional<std::uint64_t> number = maybe_shard_number(name_in(entry.key));
        if (!number) return;
        std::string shard = shard_name(*number);
        if (!found.try_emplace(shard, std::move(entry)).second) twice.insert(std::move(shard));
      });
      std::erase_if(found, [&](const auto& each) { return twice.contains(each.first); });
      return found;
    }));
  });
  const auto index = indexes->find(name);
  if (index == indexes->end()) return std::nullopt;
  const Outcome<Bytes> bytes = store_->get(index->second.key, &index->second);
  if (!bytes) return std::nullopt;
  const ShardTable table = unless_failing([&] { return read_shard_table(bytes.value(), index->second.key, ShardColumns::kPlaces); });
  if (table.shard != name) return std::nullopt;
  std::vector<Member> members = members_of(table);
  if (!fills(members, container.size_bytes)) return std::nullopt;
  const bool as_packed = container.mtime_ns <= index->second.mtime_ns;  // pack writes the index last
  const auto fits = [&](const Member& member) { return has_header_of(*store_, container, member); };
  if (!as_packed && !(fits(members.front()) && fits(members.back()))) return std::nullopt;
  return members;
}

}  // namespace coulis
