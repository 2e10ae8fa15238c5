// projector: the files of the Embedding Projector, in TensorBoard and alone.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace coulis {

inline constexpr const char* kTensorKey = "features.bytes";  // float32, little-endian, [photos, width]
inline constexpr const char* kPhotoNamesKey = "metadata.tsv";
inline constexpr const char* kSpriteKey = "sprite.jpg";
inline constexpr const char* kTensorBoardKey = "projector_config.pbtxt";  // `tensorboard --logdir` looks for this name
inline constexpr const char* kStandaloneKey = "projector_config.json";    // projector.tensorflow.org/?config=ADDRESS

struct ProjectorTable {
  std::size_t photos = 0;
  std::size_t width = 0;
  int thumbnail_px = 0;  // on the sprite; 0: there is none
};

std::string tensorboard_config(const ProjectorTable& table);
std::string standalone_config(const ProjectorTable& table);
std::string photo_names(const std::vector<std::string>& labels, const std::vector<std::string>& paths);  // printable: without tabs

}  // namespace coulis
