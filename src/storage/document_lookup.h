// The read interface of pure code, over what one transaction sees.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/lookup.h"
#include "storage/database.h"

namespace slipway::storage {

/// Lives no longer than its reader. A scope is a space's id, "" for documents of the system, else an owner's id.
class DocumentLookup final : public model::Lookup {
 public:
  explicit DocumentLookup(Reader& reader) : reader_(reader) {}

  std::optional<json::object> find(std::string_view id) const override;
  std::optional<json::object> find_named(std::string_view type, std::string_view scope,
                                         std::string_view id_slug_or_name) const override;
  std::vector<json::object> list(std::string_view type, std::string_view scope) const override;
  std::vector<json::object> referring(std::string_view type, std::string_view field,
                                      std::string_view target) const override;
  std::vector<Use> uses(std::string_view target, int limit) const override;
  std::vector<std::string> releases(std::string_view project, std::string_view channel, int limit) const override;

 private:
  Reader& reader_;
};

}  // namespace slipway::storage
