#include "job/tasks/orders.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/base/error.hpp"
#include "core/base/version.hpp"
#include "job/output/image_text.hpp"
#include "job/output/manifest_json.hpp"
#include "job/output/ranges.hpp"
#include "job/tasks/places.hpp"
#include "job/tasks/record.hpp"

namespace coulis {
namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view kStageOrder = "stage order";
constexpr std::string_view kOrder = " order";

std::string order_of(TaskKind kind) {
  return std::string(to_string(kind)).append(kOrder);
}

struct WriteAllTexts {
  OptionTexts& texts;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    texts[field.name] = to_texts(value);
  }
};

json name_of_part(std::uint64_t number, const std::string& fingerprint) {
  return {{"number", number}, {"fingerprint", fingerprint}};
}

json names_of_parts(const std::vector<PartFile>& files) {
  json parts = json::array();
  for (const PartFile& file : files) parts.push_back(name_of_part(file.number, file.fingerprint));
  return parts;
}

Part part_named(const json& name) {
  Part part;
  part.number = name.at("number").get_ref<const std::uint64_t&>();
  part.fingerprint = name.at("fingerprint").get<std::string>();
  return part;
}

std::vector<PartFile> parse_parts(const json& names, const StageOrder& stage) {
  const std::string_view compression = to_string(stage.options.features.compression);
  std::vector<PartFile> files;
  for (const json& name : names) {
    const Part part = part_named(name);
    files.push_back({part.number, part.fingerprint, part.file_key(compression)});
  }
  return files;
}

}  // namespace

std::string to_bytes(const StageOrder& order) {
  OptionTexts texts;
  visit_fields(order.options, WriteAllTexts{texts});
  return write_record(kStageOrder, {{"coulis", kVersion},
                                    {"work", to_string(order.kind)},
                                    {"input", printable(order.options.input)},
                                    {"output", printable(order.options.output)},
                                    {"options", to_json_value(texts)},
                                    {"settings", order.settings},
                                    {"pca_sha256", order.pca_sha256}});
}

std::string to_bytes(const FeaturesOrder& order) {
  json name = name_of_part(order.part.number, order.part.fingerprint);
  if (!order.part.sampled.empty()) name["sampled"] = to_ranges(order.part.sampled);
  const std::vector<ImageRef> images = order.part.images.read();
  if (json places = places_to_json(images); !places.is_null()) name["inside"] = std::move(places);
  return write_record(order_of(TaskKind::kFeatures), {{"parts", json::array({std::move(name)})}}, images_to_text(images));
}

std::string to_bytes(const MomentsOrder& order) {
  return write_record(order_of(TaskKind::kMoments), {{"parts", names_of_parts(order.parts)}});
}

std::string to_bytes(const ProjectionOrder& order) {
  json parts = names_of_parts(order.parts);
  for (std::size_t i = 0; i < order.samples.size(); ++i) {
    if (order.samples[i].hashes) parts[i]["hashes"] = true;
    if (!order.samples[i].images.empty()) parts[i]["sampled"] = to_ranges(order.samples[i].images);
  }
  return write_record(order_of(TaskKind::kProjection), {{"parts", parts}});
}

std::string to_bytes(const TablesOrder& order) {
  json parts = names_of_parts(order.parts);
  for (std::size_t i = 0; i < order.parts.size(); ++i) parts[i]["file"] = order.parts[i].key;
  return write_record(order_of(TaskKind::kTables), {{"parts", parts},
                                                    {"ticket", order.ticket},
                                                    {"piece", order.number},
                                                    {"offset", order.offset},
                                                    {"bytes", order.size_bytes},
                                                    {"k", order.k}});
}

StageOrder parse_stage_order(std::string_view bytes) {
  return read_record(bytes, kStageOrder, [](const Record& record) {
    const json& fields = record.fields;
    if (fields.at("coulis") != kVersion) {
      throw Error(ErrorCode::kRunFailed,
                  fmt::format("coulis is {} on this worker and {} on the driver", kVersion, fields.at("coulis").get<std::string>()),
                  kSameVersion);
    }
    StageOrder order;
    order.kind = parse_enum<TaskKind>(fields.at("work").get<std::string>());
    set_options(parse_option_texts(fields.at("options")), order.options);
    order.options.input = raw_name(fields.at("input").get<std::string>());
    order.options.output = raw_name(fields.at("output").get<std::string>());
    order.settings = fields.at("settings").get<std::string>();
    order.pca_sha256 = fields.at("pca_sha256").get<std::string>();
    return order;
  });
}

FeaturesOrder parse_features_order(std::string_view bytes) {
  return read_record(bytes, order_of(TaskKind::kFeatures), [](const Record& record) {
    FeaturesOrder order{part_named(record.fields.at("parts").at(0))};
    std::vector<ImageRef> images = parse_images(std::string(record.payload), fmt::format("part {}", order.part.number));
    const json& name = record.fields.at("parts").at(0);
    if (name.contains("inside")) read_places(name.at("inside"), images);
    order.part.images = std::move(images);
    order.part.sampled = parse_sampled(record.fields.at("parts").at(0), order.part.images.size());
    return order;
  });
}

MomentsOrder parse_moments_order(std::string_view bytes, const StageOrder& stage) {
  return read_record(bytes, order_of(TaskKind::kMoments),
                     [&](const Record& record) { return MomentsOrder{parse_parts(record.fields.at("parts"), stage)}; });
}

ProjectionOrder parse_projection_order(std::string_view bytes, const StageOrder& stage) {
  return read_record(bytes, order_of(TaskKind::kProjection), [&](const Record& record) {
    const json& parts = record.fields.at("parts");
    ProjectionOrder order{parse_parts(parts, stage), {}};
    for (const json& part : parts) {
      order.samples.push_back({parse_sampled(part, std::numeric_limits<std::uint32_t>::max()), {}, part.value("hashes", false)});
    }
    return order;
  });
}

TablesOrder parse_tables_order(std::string_view bytes) {
  return read_record(bytes, order_of(TaskKind::kTables), [](const Record& record) {
    const auto number = [&](const char* name) { return record.fields.at(name).get_ref<const std::uint64_t&>(); };
    TablesOrder order{{}, record.fields.at("ticket").get<std::string>(), number("piece"), number("offset"), number("bytes"), number("k")};
    for (const json& name : record.fields.at("parts")) {
      const Part part = part_named(name);
      order.parts.push_back({part.number, part.fingerprint, name.at("file").get<std::string>()});
    }
    return order;
  });
}

OrderName name_of_order(std::string_view bytes) {
  const std::string kind = kind_of(open_record(bytes));
  return read_record(bytes, kind, [&](const Record& record) {
    return OrderName{parse_enum<TaskKind>(std::string_view(kind).substr(0, kind.find(kOrder))),
                     part_named(record.fields.at("parts").at(0)).number};
  });
}

}  // namespace coulis
