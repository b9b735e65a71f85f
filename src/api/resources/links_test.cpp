// Every link that any document offers leads somewhere, however a client follows it.
#include <fmt/format.h>

#include <deque>
#include <map>
#include <set>

#include "api/delivery/delivery_testing.h"
#include "api/resources/samples_testing.h"
#include "base/error.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// Without what stands in braces: what a client makes of a template whose parts it has no values for.
std::string expanded(std::string_view link) {
  std::string path(link);
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
    const std::string part = path.substr(open, path.find('}', open) + 1 - open);
    path.replace(open, part.size(), part == "{spaceId}" ? "Spaces-1" : "");
  }
  return path;
}

/// Cut where the first brace opens: how the Go client makes a path of most templates.
std::string trimmed(std::string_view link) {
  std::string path(link.substr(0, link.find("{?")));
  if (path.find("{spaceId}") == std::string::npos) path.resize(std::min(path.find('{'), path.size()));
  return expanded(path);
}

/// Links that existing clients follow as the text that they are, by whose they are ("" = anybody's).
constexpr std::pair<std::string_view, std::string_view> followed_as_text[] = {
    {"", "Self"},
    {"/projectgroups/", "Projects"},
    {"/lifecycles/", "Projects"},
    {"", "Summary"},
    {"/channels/", "Projects"},
    {"/releases/", "Progression"},
    {"", "Usages"},
    {"/tenants/", "Variables"},
    {"/libraryvariablesets/", "Variables"},
    {"", "Archive"},
    {"", "Unarchive"},
    {"", "Submit"},
    {"", "Page.Next"},
    {"", "Responsible"},
    {"", "RunbookSnapshotTemplate"},
};

bool is_followed_as_text(std::string_view self, std::string_view name) {
  for (const auto& [owner, link] : followed_as_text) {
    if (link == name && self.find(owner) != std::string_view::npos) return true;
  }
  return false;
}

/// Follows what it finds, breadth first, each address once.
class Crawler {
 public:
  explicit Crawler(TestApi& api) : api_(api) {}

  void begin_at(std::string path) { enqueue(std::move(path), "the test"); }

  void run() {
    while (!waiting_.empty()) {
      const std::string path = std::move(waiting_.front());
      waiting_.pop_front();
      visit(path);
    }
  }

  std::size_t links = 0, parameters = 0;
  std::set<std::string> kinds;  ///< collections whose documents were seen

  std::size_t addresses() const { return from_.size(); }

 private:
  void visit(const std::string& path) {
    CAPTURE(path);
    CAPTURE(from_.at(path));
    const Answer read = api_.get(path);
    if (read.status == 200) {
      if (path != "/api/openapi.json") read_links(read.body, path);  // which only tells of members called Links
      return;
    }
    CHECK_MESSAGE(read.status < 500, read.text);
    // Not for reading: then some other method fits, and says so by anything but "not found".
    bool fits = false;
    for (const char* method : {"PUT", "POST"}) {
      const int status = api_.send(method, path, "{}").status;
      fits = fits || (status != 404 && status != 405);
    }
    CHECK_MESSAGE(fits, "nothing is there: " << read.text);
  }

  void read_links(const json::value& value, const std::string& at) {
    if (const json::array* items = value.if_array()) {
      for (const json::value& item : *items) read_links(item, at);
    }
    const json::object* object = value.if_object();
    if (object == nullptr) return;
    for (const auto& member : *object) {
      if (member.key() == "Links" && member.value().is_object()) {
        follow(member.value().get_object(), at);
      } else {
        read_links(member.value(), at);
      }
    }
  }

  void follow(const json::object& document_links, const std::string& at) {
    const std::string_view self = json::text_at(document_links, "Self").value_or("");
    if (const auto end = self.rfind('/'); end != self.npos && end > 0) {
      kinds.insert(std::string(self.substr(0, end).substr(self.substr(0, end).rfind('/') + 1)));
    }
    for (const auto& link : document_links) {
      const std::string_view name = link.key();
      const std::string_view target = json::view(link.value().as_string());
      CAPTURE(at);
      CAPTURE(name);
      ++links;
      CHECK_MESSAGE(target.starts_with('/'), target);
      check_parameters(target);
      if (is_followed_as_text(self, name)) CHECK_MESSAGE(target.find('{') == target.npos, target);
      const std::string_view path = target.substr(0, target.find('#'));
      enqueue(expanded(path), at);
      enqueue(trimmed(path), at);
    }
  }

  /// A client expands what the template names: what the route doesn't read would restrict nothing.
  void check_parameters(std::string_view target) {
    const auto question = target.find("{?");
    if (question == std::string_view::npos || !target.starts_with("/api")) return;
    const api::Route* there = route_at(trimmed(target));
    if (there == nullptr) return;  // which following it tells
    const auto& routes = api_.server().router().routes();
    std::string_view names = target.substr(question + 2);
    names = names.substr(0, names.find('}'));
    for (const std::string_view name : split(names, ',')) {
      ++parameters;
      const bool is_declared = std::ranges::any_of(routes, [&](const api::Route& route) {
        return route.pattern == there->pattern &&
               std::ranges::any_of(route.query, [&](const api::QueryParameter& parameter) {
                 return equals_ignoring_case(parameter.name, name);
               });
      });
      CHECK_MESSAGE(is_declared, target << " offers " << name << ", which is not read there");
    }
  }

  const api::Route* route_at(const std::string& path) {
    for (const char* method : {"GET", "POST", "PUT"}) {
      try {
        std::string allowed;
        const api::Match match = api_.server().router().match(method, path, &allowed);
        if (match.route != nullptr) return match.route;
      } catch (const Error&) {
        return nullptr;
      }
    }
    return nullptr;
  }

  void enqueue(std::string path, const std::string& from) {
    if (from_.emplace(path, from).second) waiting_.push_back(std::move(path));
  }

  TestApi& api_;
  std::deque<std::string> waiting_;
  std::map<std::string, std::string> from_;
};

}  // namespace

TEST_CASE("Every link that a document offers leads somewhere, however it is followed, and offers what is read there") {
  DeliveryApi api;
  for (const Sample& sample : kSamples) {
    const Answer made = api.send("POST", sample.path, sample.body);
    if (made.status == 201) continue;
    REQUIRE_MESSAGE(made.status == 400, made.text);  // a name that the fixture has taken
    REQUIRE_MESSAGE(made.text.find("already") != std::string::npos, made.text);
  }
  REQUIRE(api.make_release("1.0.0").status == 201);
  const Answer deployed = api.deploy("1.0.0", "Dev");
  REQUIRE_MESSAGE(deployed.status == 201, deployed.text);
  REQUIRE(api.post("/api/users/me/apikeys", json::object{{"Purpose", "links"}}).status == 201);

  Crawler crawler(api);
  crawler.begin_at("/api");
  crawler.begin_at("/api/Spaces-1");
  for (const api::Route& route : api.server().router().routes()) {
    const bool is_plain = route.method == "GET" && route.pattern.find('{') == std::string::npos;
    if (is_plain && !route.pattern.starts_with('/') && route.pattern != "space root" &&
        route.pattern != "openapi.json") {
      const std::string query = route.pattern == "retentionpolicies" ? "?RetentionType=LifecycleRelease" : "";
      crawler.begin_at("/api/Spaces-1/" + route.pattern + query);
    }
  }
  crawler.begin_at(fmt::format("/api/tasks/{}/details", first(deployed, "ServerTaskId")));
  crawler.begin_at("/api/Spaces-1/releases/Releases-1/deployments/template");
  crawler.run();

  std::set<std::string> all;
  for (const model::Schema& schema : api.services().catalogue.all()) all.insert(schema.collection);
  for (const char* kind : {"releases", "deployments", "tasks", "events"}) all.insert(kind);
  for (const std::string& kind : all)
    CHECK_MESSAGE(crawler.kinds.contains(kind), "no document of " << kind << " was seen");
  CHECK(crawler.parameters > 1000);
  MESSAGE(fmt::format("{} links with {} parameters of {} kinds of documents, {} addresses", crawler.links,
                      crawler.parameters, crawler.kinds.size(), crawler.addresses()));
}
