#include "api/resources/presentation.h"

#include <fmt/format.h>

#include "base/time.h"
#include "model/values.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

bool has_passed(const json::object& document, std::string_view member, Time now) {
  const auto time = parse_time(json::text_at(document, member).value_or(""));
  return time && *time <= now;
}

std::string body_text(const model::Schema& schema, const storage::StoredResource& row, Time now,
                      storage::Reader& reader) {
  if (!row.has_secrets && !schema.present && schema.passed.empty()) return row.body;
  json::object document = storage::parse_document(row);
  for (const model::Passed& passed : schema.passed) document[passed.name] = has_passed(document, passed.time, now);
  if (schema.present) document = schema.present(std::move(document), storage::DocumentLookup(reader));
  return json::to_text(model::shown(document));
}

}  // namespace

std::string self_path(const model::Schema& schema, const storage::StoredResource& row) {
  return row.space.empty() ? fmt::format("/api/{}/{}", schema.collection, row.id)
                           : fmt::format("/api/{}/{}/{}", row.space, schema.collection, row.id);
}

Presentation::Presentation(const model::Schema& schema) : schema_(schema) {
  json::object links{{"Self", "<self>"}};
  for (const model::Link& link : schema.links) links.emplace(link.name, link.target);
  const std::string text = json::to_text(links);
  constexpr std::pair<std::string_view, Piece::Slot> slots[] = {{"<self>", Piece::Slot::self},
                                                                {"<space>", Piece::Slot::space},
                                                                {"<id>", Piece::Slot::id},
                                                                {"<parent>", Piece::Slot::parent}};
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto open = rest.find('<');
    Piece piece{std::string(rest.substr(0, open))};
    rest.remove_prefix(std::min(open, rest.size()));
    for (const auto& [name, slot] : slots) {
      if (!rest.starts_with(name)) continue;
      piece.slot = slot;
      rest.remove_prefix(name.size());
      break;
    }
    if (piece.slot == Piece::Slot::none && !rest.empty()) {
      fail(ErrorCode::internal, fmt::format("A link of {} has an unknown placeholder: {}", schema.type, rest));
    }
    links_.push_back(std::move(piece));
  }
}

std::string Presentation::show(const storage::StoredResource& row, const Call& call, storage::Reader& reader) const {
  std::string out = body_text(schema_, row, call.services.clock.now(), reader);
  out.reserve(out.size() + 2048);
  out.pop_back();  // the closing brace: the members below belong to the object
  if (!schema_.own_flag.empty()) {
    out += fmt::format(",\"{}\":{}", schema_.own_flag, row.id == call.principal.user);
  }
  out += ",\"Links\":";
  append_links(out, row);
  out += '}';
  return out;
}

void Presentation::append_links(std::string& out, const storage::StoredResource& row) const {
  const std::string self = self_path(schema_, row);
  for (const Piece& piece : links_) {
    out += piece.literal;
    switch (piece.slot) {
      case Piece::Slot::none:
        break;
      case Piece::Slot::self:
        out += self;
        break;
      case Piece::Slot::space:
        out += row.space;
        break;
      case Piece::Slot::id:
        out += row.id;
        break;
      case Piece::Slot::parent:
        out += row.parent;
        break;
    }
  }
}

}  // namespace slipway::api
