#include "job/listing/labels_in_order.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace coulis {
namespace {

const Location kInput("/photos/set");

ImageRef image(const char* key, const char* label = nullptr) {
  ImageRef image{key, 1, 1};
  if (label != nullptr) image.label = std::make_shared<const std::string>(label);
  return image;
}

void expect_those_of_the_rule(const ListingOptions& options) {
  const std::vector<ImageRef> images = {
      image("0.jpg"),          image("1.jpg", "given"),   image("2.jpg"),   image("a/0.jpg"),   image("a/1.jpg"),
      image("a/2.jpg", ""),    image("a/3.jpg", "given"), image("a/4.jpg"), image("a/b/0.jpg"), image("b/0.jpg"),
      image("c.jpg", "given"), image("d.jpg", "given")};
  LabelsInOrder labels(options, kInput);
  const LabelRule rule(options);
  for (const ImageRef& each : images) EXPECT_EQ(labels.label_of(each), rule.label_of(each, kInput)) << each.key;
}

TEST(LabelsInOrder, AreThoseOfTheRule) {
  ListingOptions options;
  expect_those_of_the_rule(options);
  options.label_level = 2;
  expect_those_of_the_rule(options);
  options.label_regex = "([0-9])[.]";
  expect_those_of_the_rule(options);
}

}  // namespace
}  // namespace coulis
