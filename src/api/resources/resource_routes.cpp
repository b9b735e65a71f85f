#include "api/resources/resource_routes.h"

#include <fmt/format.h>

#include <memory>

#include "api/http/open_api.h"
#include "api/http/shape.h"
#include "api/resources/resolve.h"
#include "api/resources/resource.h"
#include "base/text.h"

namespace slipway::api {
namespace {

using model::Nesting;
using model::Schema;
using storage::Reader;
using Shared = std::shared_ptr<const Resource>;

/// Collects routes that share a type, a scope and its permissions.
class Table {
 public:
  Table(std::vector<Route>& routes, Shared resource)
      : routes_(routes), resource_(std::move(resource)), schema_(resource_->schema()) {}

  Route& reads(std::string pattern, std::string summary, json::object answer, ReadHandler handler,
               QueryParameters query = {}) {
    Route& route = add("GET", std::move(pattern), schema_.permissions.view, std::move(summary), std::move(handler),
                       std::move(answer));
    route.query = std::move(query);
    return route;
  }
  void creates(std::string pattern, std::string summary, ActHandler handler, QueryParameters query) {
    Route& route = edits(std::move(pattern), std::move(summary), one(), std::move(handler), "POST");
    route.permission = schema_.permissions.create;
    route.statuses = {201};
    route.query = std::move(query);
  }
  /// Takes and answers a document, unless the route says otherwise.
  Route& edits(std::string pattern, std::string summary, json::object document, ActHandler handler,
               std::string method = "PUT") {
    Route& route = add(std::move(method), std::move(pattern), schema_.permissions.edit, std::move(summary),
                       std::move(handler), document);
    route.body = std::move(document);
    return route;
  }
  void removes(std::string pattern, std::string summary, ActHandler handler) {
    add("DELETE", std::move(pattern), schema_.permissions.remove, std::move(summary), std::move(handler),
        shape::nothing());
  }

  /// A document, a page of them, all of them.
  json::object one() const { return shape::one(schema_.type); }
  json::object page() const { return shape::page_of(one()); }
  json::object all() const { return shape::list_of(one()); }

  const Resource& operator*() const { return *resource_; }
  const Schema& schema() const { return schema_; }
  Shared resource() const { return resource_; }

 private:
  Route& add(std::string method, std::string pattern, std::string permission, std::string summary, RouteHandler handler,
             json::object answer) {
    const RouteScope scope = schema_.scope == model::Scope::space ? RouteScope::space : RouteScope::system;
    Route route{std::move(method),  std::move(pattern), std::move(permission),
                std::move(summary), std::move(handler), scope};
    route.answer = std::move(answer);
    return routes_.emplace_back(std::move(route));
  }

  std::vector<Route>& routes_;
  Shared resource_;
  const Schema& schema_;
};

/// What a list filter reads (list_filter.h).
QueryParameters filters_of(const Schema& schema) {
  QueryParameters all{{"ids", QueryKind::texts}, {"name"}, {"partialName"}, {"filter"}};
  for (const model::Filter& filter : schema.filters) {
    const model::Field* field = schema.find_field(filter.field);
    const bool is_flag = filter.asks_if_set || (field != nullptr && field->kind == model::FieldKind::flag);
    all.push_back({filter.parameter, is_flag ? QueryKind::flag : QueryKind::texts});
    if (!filter.null_flag.empty()) all.push_back({filter.null_flag, QueryKind::flag});
  }
  return all;
}

/// How a route finds the owner in its address; none for the plain collection.
using FindOwner = std::function<std::optional<Owner>(const Call&, Reader&)>;

void add_collection(Table& table, const std::string& base, const FindOwner& owner_in) {
  const Schema& schema = table.schema();
  const auto resource = table.resource();
  const std::string one = base + "/{id}";
  // Writes look their owner up first, in a read of their own: owners don't change under their documents.
  const auto owner_of = [owner_in](Call& call) {
    return call.services.database.read([&](Reader& r) { return owner_in(call, r); });
  };
  if (schema.verbs.list) {
    table.reads(
        base, fmt::format("Lists documents of type {}, a page at a time.", schema.type), table.page(),
        [=](Call& call, Reader& r) { return resource->page(call, r, owner_in(call, r)); }, paged(filters_of(schema)));
    table.reads(
        base + "/all", fmt::format("All documents of type {}.", schema.type), table.all(),
        [=](Call& call, Reader& r) { return resource->everything(call, r, owner_in(call, r)); }, filters_of(schema));
  }
  table.reads(one, fmt::format("The {} with this id, slug or name.", schema.type), table.one(),
              [=](Call& call, Reader& r) { return resource->get(call, r, call.parameter("id"), owner_in(call, r)); });
  if (schema.verbs.create) {
    table.creates(
        base, fmt::format("Creates {}.", with_article(schema.type)),
        [=](Call& call) { return resource->create(call, owner_of(call)); },
        schema.clone_source.empty() ? QueryParameters() : QueryParameters{{"clone"}});
  }
  if (schema.verbs.update) {
    table.edits(one, fmt::format("Changes {}.", with_article(schema.type)), table.one(),
                [=](Call& call) { return resource->update(call, call.parameter("id"), owner_of(call)); });
  }
  if (schema.verbs.remove) {
    table.removes(one, fmt::format("Deletes {}.", with_article(schema.type)),
                  [=](Call& call) { return resource->remove(call, call.parameter("id"), owner_of(call)); });
  }
}

void add_single(Table& table, const std::string& path, const FindOwner& owner_in, bool also_by_post) {
  const auto resource = table.resource();
  table.reads(path, fmt::format("The {} of its owner.", table.schema().type), table.one(),
              [=](Call& call, Reader& r) { return resource->get_single(call, r, *owner_in(call, r)); });
  const ActHandler update = [=](Call& call) {
    const auto owner = call.services.database.read([&](Reader& r) { return owner_in(call, r); });
    return resource->update_single(call, *owner);
  };
  const std::string summary = fmt::format("Changes the {} of its owner.", table.schema().type);
  table.edits(path, summary, table.one(), update);
  if (also_by_post) table.edits(path, summary, table.one(), update, "POST");
}

void add_nesting(Table& table, const Nesting& nesting, const Schema& owner_schema) {
  const auto resource = table.resource();
  const std::string path = fmt::format("{}/{{owner}}/{}", owner_schema.collection, nesting.segment);
  const FindOwner owner_in = [&owner_schema, field = nesting.field](const Call& call, Reader& r) {
    return std::optional(Owner{field, resolve(call, r, owner_schema, call.parameter("owner")).id});
  };
  switch (nesting.shape) {
    case Nesting::Shape::collection:
      add_collection(table, path, owner_in);
      break;
    case Nesting::Shape::single:
      add_single(table, path, owner_in, false);
      break;
    case Nesting::Shape::value:
      add_single(table, path, owner_in, true);
      break;
    case Nesting::Shape::list:
      table.reads(
          path, fmt::format("Lists documents of type {} of one {}.", table.schema().type, nesting.owner), table.page(),
          [=](Call& call, Reader& r) { return resource->page(call, r, owner_in(call, r)); },
          paged(filters_of(table.schema())));
      break;
    case Nesting::Shape::bare_list:
      table.reads(
          path, fmt::format("All documents of type {} of one {}.", table.schema().type, nesting.owner), table.all(),
          [=](Call& call, Reader& r) { return resource->everything(call, r, owner_in(call, r)); },
          filters_of(table.schema()));
      break;
  }
}

void add_routes(Table& table, const model::Catalogue& catalogue) {
  const Schema& schema = table.schema();
  const auto resource = table.resource();
  add_collection(table, schema.collection, [](const Call&, Reader&) { return std::optional<Owner>(); });
  for (const std::string& alias : schema.list_aliases) {
    table.reads(
        alias, fmt::format("Lists documents of type {}, a page at a time.", schema.type), table.page(),
        [=](Call& call, Reader& r) { return resource->page(call, r); }, paged(filters_of(schema)));
  }
  if (schema.order == model::Order::by_sort_order) {
    Route& order =
        table.edits(schema.collection + "/sortorder", "Puts the documents into the order of the ids in the body.",
                    table.all(), [=](Call& call) { return resource->sort(call); });
    order.body = shape::list_of(shape::text());
    order.link = schema.type + "SortOrder";
  }
  for (const Nesting& nesting : schema.nestings) add_nesting(table, nesting, catalogue.get(nesting.owner));
  for (const model::View& view : schema.views) {
    const std::string path = fmt::format("{}/{{id}}/{}", schema.collection, view.segment);
    table.reads(path, fmt::format("The {} of {}.", view.type, with_article(schema.type)), shape::one(view.type),
                [=, &view](Call& call, Reader& r) { return resource->view(call, r, view, call.parameter("id")); });
    table.edits(path, fmt::format("Changes the {} of {}.", view.type, with_article(schema.type)), shape::one(view.type),
                [=, &view](Call& call) { return resource->update_view(call, view, call.parameter("id")); });
  }
  for (const model::Operation& operation : schema.operations) {
    table
        .edits(
            fmt::format("{}/{{id}}/{}", schema.collection, operation.segment), operation.summary, table.one(),
            [=, &operation](Call& call) { return resource->operate(call, operation, call.parameter("id")); }, "POST")
        .body = shape_of(operation.body);
  }
  for (const model::ValueList& list : schema.value_lists) {
    table
        .reads(list.path, list.summary, shape::list_of(shape::text()),
               [=, &list](Call& call, Reader& r) { return resource->values(call, r, list); })
        .link = list.link;
  }
  if (schema.keeps_versions) {
    table.reads(fmt::format("{}/{{id}}/versions/{{version}}", schema.collection),
                fmt::format("The {} as it was in that version.", schema.type), table.one(), [=](Call& call, Reader& r) {
                  return resource->version(call, r, call.parameter("id"), call.parameter("version"));
                });
  }
  for (const model::Derived& derived : schema.derived) {
    table.reads(fmt::format("{}/{{id}}/{}", schema.collection, derived.segment), derived.summary,
                shape::one(derived_component(schema, derived)), [=, &derived](Call& call, Reader& r) {
                  return resource->derived(call, r, derived, call.parameter("id"));
                });
  }
}

}  // namespace

std::vector<Route> resource_routes(const model::Catalogue& catalogue) {
  std::vector<Route> routes;
  for (const Schema& schema : catalogue.all()) {
    Table table(routes, std::make_shared<const Resource>(schema));
    add_routes(table, catalogue);
  }
  return routes;
}

}  // namespace slipway::api
