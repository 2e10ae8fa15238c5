#include "job/export/projector.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace coulis {

std::string tensorboard_config(const ProjectorTable& table) {
  std::string text =
      fmt::format("embeddings {{\n  tensor_name: \"features\"\n  tensor_path: \"{}\"\n  tensor_shape: {}\n  tensor_shape: {}\n", kTensorKey,
                  table.photos, table.width);
  text += fmt::format("  metadata_path: \"{}\"\n", kPhotoNamesKey);
  if (table.thumbnail_px > 0) {
    text += fmt::format("  sprite {{\n    image_path: \"{0}\"\n    single_image_dim: {1}\n    single_image_dim: {1}\n  }}\n", kSpriteKey,
                        table.thumbnail_px);
  }
  return text + "}\n";
}

std::string standalone_config(const ProjectorTable& table) {
  nlohmann::ordered_json embedding = {{"tensorName", "features"},
                                      {"tensorShape", {table.photos, table.width}},
                                      {"tensorPath", kTensorKey},
                                      {"metadataPath", kPhotoNamesKey}};
  if (table.thumbnail_px > 0) {
    embedding["sprite"] = {{"imagePath", kSpriteKey}, {"singleImageDim", {table.thumbnail_px, table.thumbnail_px}}};
  }
  return nlohmann::ordered_json{{"embeddings", {embedding}}}.dump(1) + "\n";
}

std::string photo_names(const std::vector<std::string>& labels, const std::vector<std::string>& paths) {
  std::string text = "label\tpath\n";
  for (std::size_t photo = 0; photo < paths.size(); ++photo) text += fmt::format("{}\t{}\n", labels[photo], paths[photo]);
  return text;
}

}  // namespace coulis
