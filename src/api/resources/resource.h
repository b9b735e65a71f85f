// What can be done with the documents of one type over HTTP.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/http/call.h"
#include "api/resources/presentation.h"
#include "model/schema.h"
#include "net/http.h"
#include "storage/database.h"
#include "storage/resources.h"

namespace slipway::api {

/// The document that a nested address starts with, "projects/{owner}/channels".
struct Owner {
  std::string field;  ///< of the owned documents; holds the owner's id
  std::string id;
};

/// Immutable; threads: any. The schema must outlive it.
class Resource {
 public:
  explicit Resource(const model::Schema& schema) : schema_(schema), presentation_(schema) {}

  const model::Schema& schema() const { return schema_; }

  net::Response page(Call&, storage::Reader&, const std::optional<Owner>& = {}) const;
  net::Response everything(Call&, storage::Reader&, const std::optional<Owner>& = {}) const;
  net::Response get(Call&, storage::Reader&, std::string_view id, const std::optional<Owner>& = {}) const;
  /// The one document that the owner has.
  net::Response get_single(Call&, storage::Reader&, const Owner&) const;
  net::Response create(Call&, const std::optional<Owner>& = {}) const;
  net::Response update(Call&, std::string_view id, const std::optional<Owner>& = {}) const;
  net::Response update_single(Call&, const Owner&) const;
  net::Response remove(Call&, std::string_view id, const std::optional<Owner>& = {}) const;
  /// The body lists ids in their new order; what it does not name comes behind.
  net::Response sort(Call&) const;
  net::Response view(Call&, storage::Reader&, const model::View&, std::string_view id) const;
  net::Response update_view(Call&, const model::View&, std::string_view id) const;
  net::Response derived(Call&, storage::Reader&, const model::Derived&, std::string_view id) const;
  net::Response operate(Call&, const model::Operation&, std::string_view id) const;
  net::Response values(Call&, storage::Reader&, const model::ValueList&) const;
  /// The document as it was in that version.
  net::Response version(Call&, storage::Reader&, std::string_view id, std::string_view version) const;

 private:
  std::vector<storage::StoredResource> in_new_order(const Call&, storage::Reader&, const json::array& ids) const;
  storage::StoredResource single_of(storage::Reader&, const Owner&) const;
  net::Response shown(int status, const storage::StoredResource&, const Call&, storage::Reader&) const;
  std::vector<std::string> shown(const std::vector<storage::StoredResource>&, const Call&, storage::Reader&) const;
  std::string view_text(const model::View&, const storage::StoredResource&) const;
  net::Response update_row(Call&, storage::Txn&, const storage::StoredResource&) const;

  const model::Schema& schema_;
  Presentation presentation_;
};

}  // namespace slipway::api
