// A whole API over a fresh database, for tests: requests in, answers out, no network.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "api/compat/jenkins_quirk.h"
#include "api/http/open_api.h"
#include "api/http/shape_check.h"
#include "api/live/live_streams.h"
#include "api/people/space_and_user_cache.h"
#include "api/server.h"
#include "base/executor.h"
#include "base/json.h"
#include "base/random.h"
#include "documents/seed.h"
#include "model/catalogue.h"
#include "steps/ecs_service/declaration.h"
#include "steps/no_op/no_op_step.h"
#include "storage/database_testing.h"
#include "storage/ids.h"
#include "storage/secrets.h"

namespace slipway::api::testing {

inline constexpr std::string_view kAdminKey = "API-ADMINADMINADMINADMINADMIN00";

/// What came back, with its body parsed.
struct Answer {
  int status = 0;
  json::value body;
  std::string text;
  net::Headers headers;

  const json::value& operator[](std::string_view member) const { return body.as_object().at(member); }
  std::string str(std::string_view member) const {
    return std::string(json::view(body.as_object().at(member).as_string()));
  }
  std::string id() const { return str("Id"); }
  const json::array& items() const { return body.as_object().at("Items").as_array(); }
  /// All error texts in one.
  std::string errors() const { return text; }
};

/// With two step types.
inline model::Catalogue resources_with_steps() {
  return model::all_resources(model::StepDeclarations({steps::NoOpStep().declaration(), steps::ecs::declaration()}));
}

class TestApi {
 public:
  explicit TestApi(model::Catalogue catalogue = resources_with_steps())
      : vault_(storage::MasterKey(Secret(std::string(32, 'k'))), random_, ids_, quiet_.log()),
        catalogue_(std::move(catalogue)),
        services_{{ids_, vault_, random_, clock_, catalogue_}, *database_, quiet_.log(), spaces_and_users_, "", {}} {
    vault_.prove_key(*database_, "master.key");
    services_.installation_id =
        documents::seed(services_, *database_, quiet_.log(), Secret(std::string(kAdminKey))).installation_id;
    services_.live = &live_;
    server_ = std::make_unique<ApiServer>(services_);
  }

  Answer send(std::string method, std::string_view target, std::string body = {}, net::Headers headers = {}) {
    net::Request request;
    request.method = std::move(method);
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    request.headers = std::move(headers);
    if (!request.headers.find("X-Octopus-ApiKey")) request.headers.add("X-Octopus-ApiKey", std::string(kAdminKey));
    request.body = std::move(body);
    const auto override = request.headers.find("X-HTTP-Method-Override");
    const std::string asked(override ? *override : request.method), path = request.path, sent = request.body;
    net::Response response = server_->handle(std::move(request));
    Answer answer{response.status, nullptr, response.body, response.headers};
    REQUIRE_FALSE(response.body.empty());  // clients take an empty body for a zero-valued success
    const auto type = response.headers.find("Content-Type");
    if (type && type->starts_with("application/json")) answer.body = json::parse(response.body);
    if (answer.status < 300) check_documented(asked, path, sent, answer);
    return answer;
  }
  /// The status of a refusal by the head alone; 0 when its body would be read.
  int authorize_head(net::Headers headers) {
    net::Request head;
    head.method = "POST";
    head.path = "/api/projects";
    head.headers = std::move(headers);
    const auto refusal = server_->authorize_head(head);
    return refusal ? refusal->status : 0;
  }
  net::Response handle(net::Request request) { return server_->handle(std::move(request)); }
  Answer get(std::string_view target) { return send("GET", target); }
  Answer post(std::string_view target, const json::value& body) { return send("POST", target, json::to_text(body)); }
  Answer put(std::string_view target, const json::value& body) { return send("PUT", target, json::to_text(body)); }
  Answer remove(std::string_view target) { return send("DELETE", target); }

  /// A project in the default space's group and lifecycle.
  Answer make_project(std::string_view name) {
    const Answer made =
        post("/api/Spaces-1/projects",
             json::object{{"Name", name}, {"ProjectGroupId", "ProjectGroups-1"}, {"LifecycleId", "Lifecycles-1"}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
    return made;
  }
  Answer make_environment(std::string_view name) {
    const Answer made = post("/api/Spaces-1/environments", json::object{{"Name", name}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
    return made;
  }

  Services& services() { return services_; }
  storage::Database& database() { return *database_; }
  const Log& log() { return quiet_.log(); }
  const ApiServer& server() const { return *server_; }
  ManualClock& clock() { return clock_; }
  LiveStreams& live() { return live_; }
  /// Does what runs behind requests, until `time` has passed.
  void work_for(Duration time) {
    const SteadyTime until = clock_.steady() + time;
    while (executor_.step(until)) continue;
  }

  /// False for a test that sends what nobody was told to send.
  bool sends_documented_bodies = true;

  /// Patterns of the routes whose answers were held against their description, "GET projects/{id}".
  const std::set<std::string>& documented() const { return documented_; }

 private:
  /// Whatever a test does, what it sends and gets is as the OpenAPI document says.
  void check_documented(const std::string& method, const std::string& path, const std::string& sent,
                        const Answer& answer) {
    const Match match = server_->router().match(method, path, nullptr);
    const Route& route = *match.route;
    CAPTURE(route.method);
    CAPTURE(route.pattern);
    REQUIRE(route.answer.has_value());
    if (components_.empty()) components_ = component_schemas(catalogue_);
    ShapeCheck check(components_);
    CHECK_MESSAGE(std::find(route.statuses.begin(), route.statuses.end(), answer.status) != route.statuses.end(),
                  "status " << answer.status << " is not described");
    if (route.media == "application/json") {
      for (const std::string& mistake : check.mistakes(answer.body, *route.answer)) FAIL_CHECK("answer" << mistake);
    }
    if (sends_documented_bodies && route.body && !sent.empty() && method != "DELETE") {
      const json::value body = json::parse(begins_with_bare_key(sent) ? quote_bare_keys(sent) : sent);
      for (const std::string& mistake : check.mistakes(body, *route.body, true)) {
        FAIL_CHECK("body" << mistake);
      }
    }
    documented_.insert(fmt::format("{} {}", route.method, route.pattern));
  }

  json::object components_;
  std::set<std::string> documented_;
  storage::testing::SimulatedSqlite database_;
  storage::testing::QuietLog quiet_;
  ManualClock clock_;
  SeededRandom random_{7};
  storage::Ids ids_;
  storage::Vault vault_;
  model::Catalogue catalogue_;
  SpaceAndUserCache spaces_and_users_;
  Services services_;
  SimulatedExecutor executor_{clock_, random_};
  LiveStreams live_{{*database_, spaces_and_users_, catalogue_, executor_, clock_, quiet_.log()}};
  std::unique_ptr<ApiServer> server_;
};

/// The object with one member set.
inline json::object with(json::value object, std::string_view member, json::value v) {
  json::object out = std::move(object.as_object());
  out[member] = std::move(v);
  return out;
}

}  // namespace slipway::api::testing
