#include "model/aws_region.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws_model/model.h"
#include "base/nearest.h"
#include "base/text.h"

namespace slipway::model {

std::optional<std::string> why_doubtful_region(std::string_view region) {
  region = trim(region);
  const auto& known = aws::regions();
  const bool is_open = region.empty() || region.find("#{") != std::string_view::npos;
  if (is_open || std::binary_search(known.begin(), known.end(), region)) return std::nullopt;
  return fmt::format(
      "'{}' is no AWS region that this server knows.{} One that is newer than this server must be named in its "
      "environment variable SLIPWAY_AWS_REGIONS.",
      region, did_you_mean(region, known));
}

Field warnings_field() { return anything("Warnings").server_set().omitted_when_null(); }

json::object with_region_warning(json::object document, const Lookup&) {
  const auto why = why_doubtful_region(json::text_at(document, "Region").value_or(""));
  if (why) document["Warnings"] = json::array{json::value(fmt::format("Region: {}", *why))};
  return document;
}

}  // namespace slipway::model
