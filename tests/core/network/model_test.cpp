#include "core/network/model.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/network/inverted_residual.hpp"
#include "tests/core/network/small_model.hpp"

namespace coulis {
namespace {

using nlohmann::json;

// The message of the Error that parsing throws; empty if it does not.
std::string parse_error(std::span<const std::byte> bytes, std::string_view expected_sha256 = "") {
  try {
    parse_model(bytes, "the test model", expected_sha256);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kRunFailed);
    return e.what();
  }
  return "";
}

void expect_refused(const std::function<void(SmallModel&)>& spoil, const std::string& reason) {
  SmallModel model = make_small_model({});
  ASSERT_EQ(parse_error(model.to_bytes()), "");
  spoil(model);
  const std::string message = parse_error(model.to_bytes());
  EXPECT_NE(message.find(reason), std::string::npos) << "message: '" << message << "', expected: '" << reason << "'";
}

TEST(Model, TheBuiltInModelMatchesItsSumAndDescribesItself) {
  const Model model = load_model("");
  EXPECT_EQ(model.card.sha256, builtin_model_sha256());
  EXPECT_EQ(model.card.licence, "Apache-2.0");
  EXPECT_EQ(model.card.feature_width, 1280);
  EXPECT_EQ(std::get<InvertedResidual>(model.network).weights->blocks.size(), 17U);
  EXPECT_EQ(to_string(model.card.preprocessing), "rgb 224x224 bicubic, u8 * 0.00784313725490196 + -1");
}

TEST(Model, ScaleAndOffsetAreOneNumberOrOneForEachChannel) {
  SmallModel model = make_small_model({});
  model.card["input"]["scale"] = {0.25, 0.5, 1.0};
  const ModelCard card = parse_model(model.to_bytes(), "the test model").card;
  EXPECT_EQ(card.preprocessing.scale, (std::array<double, 3>{0.25, 0.5, 1.0}));
  EXPECT_EQ(card.preprocessing.offset, (std::array<double, 3>{-0.9, -0.9, -0.9}));
  EXPECT_EQ(to_string(card.preprocessing), "rgb 45x61 bicubic, u8 * [0.25, 0.5, 1] + -0.9");
  model.card["input"]["scale"] = {0.5, 0.5, 0.5};
  EXPECT_EQ(to_string(parse_model(model.to_bytes(), "the test model").card.preprocessing), "rgb 45x61 bicubic, u8 * 0.5 + -0.9");
}

TEST(Model, AnUnknownNameIsAUsageError) {
  try {
    load_model("mobilenet_v9");
    FAIL() << "no Error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUsage);
  }
}

TEST(Model, AMissingFileIsAnError) {
  EXPECT_THROW(load_model("no/such/model.safetensors"), Error);
}

TEST(Model, OneChangedByteDoesNotMatchTheSum) {
  const auto builtin = builtin_model_bytes();
  std::vector<std::byte> bytes(builtin.begin(), builtin.end());
  EXPECT_EQ(parse_error(bytes, builtin_model_sha256()), "");
  bytes.back() ^= std::byte{1};
  EXPECT_NE(parse_error(bytes, builtin_model_sha256()).find("sha256"), std::string::npos);
}

TEST(Model, AFileCutAnywhereIsRefused) {
  const std::vector<std::byte> bytes = make_small_model({}).to_bytes();
  for (std::size_t length = 0; length < bytes.size(); length += 1 + length / 7) {
    EXPECT_NE(parse_error(std::span(bytes).first(length)), "") << length << " bytes";
  }
  EXPECT_NE(parse_error(std::span(bytes).first(bytes.size() - 1)), "");
}

TEST(Model, AFileOfAnotherFormatIsRefused) {
  expect_refused([](SmallModel& m) { m.format = "coulis-model-9"; }, "coulis-model-9");
}

TEST(Model, AnOnnxGraphIsHandedOnAsItsBytes) {
  SmallModel small = make_small_model({});
  small.card["architecture"] = "onnx";
  small.card["output"] = "whole";
  const std::vector<std::byte> graph = {std::byte{8}, std::byte{0}, std::byte{255}};
  const std::map<std::string, std::string> metadata = {{"format", small.format}, {"card", small.card.dump()}};
  const Model model = parse_model(write_safetensors({{"onnx", {DType::kU8, {3}, graph}}}, metadata), "the test model");
  EXPECT_EQ(*std::get<OnnxGraph>(model.network).file, graph);
  EXPECT_NE(parse_error(write_safetensors({}, metadata)).find("no tensor 'onnx' of bytes"), std::string::npos);
  EXPECT_NE(parse_error(write_safetensors({{"onnx", {DType::kI8, {3}, graph}}}, metadata)).find("no tensor 'onnx'"), std::string::npos);
}

TEST(Model, AnOnnxGraphOfAnEarlierCoulisIsToBeImportedAgain) {
  SmallModel small = make_small_model({});
  small.card["architecture"] = "onnx";
  small.card["source"] = "resnet18.onnx, sha256 0";
  const std::vector<std::byte> graph = {std::byte{8}};
  const std::map<std::string, std::string> metadata = {{"format", small.format}, {"card", small.card.dump()}};
  try {
    parse_model(write_safetensors({{"onnx", {DType::kU8, {1}, graph}}}, metadata), "the test model");
    FAIL() << "no Error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("its features may be class scores"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("resnet18.onnx"), std::string::npos) << e.what();
    EXPECT_NE(e.remedy().find("coulis models import"), std::string::npos) << e.remedy();
  }
}

TEST(Model, AMissingTensorIsNamed) {
  expect_refused([](SmallModel& m) { m.values.erase("blocks.2.depthwise.bias"); }, "no tensor 'blocks.2.depthwise.bias'");
}

TEST(Model, ATensorOfAnotherShapeIsNamed) {
  expect_refused([](SmallModel& m) { m.shapes["head.weight"] = {50, 75}; }, "tensor 'head.weight' is [50, 75], expected [75, 50]");
  expect_refused([](SmallModel& m) { m.shapes["blocks.0.depthwise.weight"] = {9, 20}; }, "expected [3, 3, 20]");
}

TEST(Model, ATensorThatIsNotFiniteIsRefused) {
  expect_refused([](SmallModel& m) { m.values["stem.bias"][3] = std::numeric_limits<float>::quiet_NaN(); }, "not finite");
}

TEST(Model, ACardThatIsNotJsonIsRefused) {
  const std::string text = "{\"name\": ";
  const SmallModel model = make_small_model({});
  const std::vector<std::byte> bytes = write_safetensors({}, {{"format", model.format}, {"card", text}});
  EXPECT_NE(parse_error(bytes).find("cannot be read"), std::string::npos);
}

TEST(Model, ExtentsOutsideTheirLimitsAreRefused) {
  expect_refused([](SmallModel& m) { m.card["stem"]["out_channels"] = -20; }, "'out_channels' is -20");
  expect_refused([](SmallModel& m) { m.card["stem"]["stride"] = 0; }, "'stride' is 0");
  expect_refused([](SmallModel& m) { m.card["blocks"][1]["kernel"] = 4; }, "'kernel' is 4");
  expect_refused([](SmallModel& m) { m.card["blocks"][1]["expanded_channels"] = 1LL << 40; }, "'expanded_channels'");
  expect_refused([](SmallModel& m) { m.card["input"]["width_px"] = 1e9; }, "'width_px' is not an integer");
  expect_refused([](SmallModel& m) { m.card["input"]["height_px"] = 1000000; }, "'height_px' is 1000000");
  expect_refused([](SmallModel& m) { m.card["input"]["scale"] = "1"; }, "cannot be read");
  expect_refused([](SmallModel& m) { m.card["input"]["scale"] = {1.0, 2.0}; }, "'scale' has 2 numbers");
  expect_refused([](SmallModel& m) { m.card["input"]["offset"] = {0.0, 0.0, 1e39}; }, "'offset' is not finite");
  expect_refused([](SmallModel& m) { m.card["blocks"] = json::array(); }, "'blocks'");
}

TEST(Model, LayersThatDoNotFitTogetherAreRefused) {
  expect_refused([](SmallModel& m) { m.card["blocks"][2]["in_channels"] = 25; }, "block 2");
  expect_refused([](SmallModel& m) { m.card["blocks"][2]["residual"] = true; }, "residual");
  expect_refused([](SmallModel& m) { m.card["blocks"][3]["expanded_channels"] = 10; }, "without expansion");
  expect_refused([](SmallModel& m) { m.card["head"]["in_channels"] = 51; }, "the head");
  expect_refused([](SmallModel& m) { m.card["feature_width"] = 76; }, "'feature_width'");
}

TEST(Model, NamesThatNobodyKnowsAreRefused) {
  expect_refused([](SmallModel& m) { m.card["architecture"] = "transformer"; }, "transformer");
  expect_refused([](SmallModel& m) { m.card["padding"] = "reflect"; }, "reflect");
  expect_refused([](SmallModel& m) { m.card["blocks"][0]["activation"] = "swish"; }, "swish");
  expect_refused([](SmallModel& m) { m.card["input"]["filter"] = "cubist"; }, "filter");
}

}  // namespace
}  // namespace coulis
