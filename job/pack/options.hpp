// PackOptions: how photos are packed into shards.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/field.hpp"
#include "core/base/field_text.hpp"
#include "job/collections/options.hpp"
#include "job/listing/listing.hpp"
#include "job/storage/storage_options.hpp"

namespace coulis {

struct ShardOptions {
  std::uint64_t shard_bytes = std::uint64_t{64} << 20;
  int resize = 0;  // px of the shorter side; 0: the bytes of the photos stay as they are
  bool fresh = false;
};

template <OptionsOf<ShardOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("shard-bytes", "Begin another shard before one grows larger than this", Affects::kFeatures, {1 << 16, 1e12}), o.shard_bytes);
  v(Field("resize", "Shrink photos to so many pixels on the shorter side, as JPEGs of quality 90; 0: keep them", Affects::kFeatures,
          {0, 65'500}),
    o.resize);
  v(Field("fresh", "Write all shards again, whatever OUTPUT holds", Affects::kNothing), o.fresh);
}

struct PackOptions {
  std::string input;
  std::string output;
  int threads = 0;
  ShardOptions shards;
  CollectionOptions collections;
  ListingOptions listing;
  StorageOptions storage;
};

// All but INPUT, OUTPUT and threads.
template <OptionsOf<PackOptions> O, class V>
void visit_fields(O& o, V&& v) {
  visit_fields(o.shards, v);
  visit_fields(o.collections, v);
  visit_fields(o.listing, v);
  visit_fields(o.storage, v);
}

}  // namespace coulis
