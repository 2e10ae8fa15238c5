#include "tests/fuzz/readers.hpp"

namespace coulis {

const std::vector<Reader>& all_readers() {
  static const std::vector<Reader> readers = {
      {"jpeg", "core/decode/good", read_jpeg},
      {"png", "core/decode/good", read_png, repair_png_checksums},
      {"webp", "core/decode/good", read_webp},
      {"gif", "core/decode/good", read_gif},
      {"bmp", "core/decode/good", read_bmp},
      {"tiff", "core/decode/good", read_tiff},
      {"orientation", "core/decode/good", read_orientation},
      {"model", "fuzz/seeds/model", read_model},
      {"pca_model", "fuzz/seeds/pca_model", read_pca_model},
      {"manifest", "fuzz/seeds/manifest", read_manifest_text},
      {"part_record", "fuzz/seeds/part_record", read_part_record},
      {"parquet", "fuzz/seeds/parquet", read_parquet},
  };
  return readers;
}

}  // namespace coulis
