// The steps that docs/write-a-step.md is written with, and that its fragments are what is compiled here.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "steps/input_reader.h"
#include "steps/scripted_context.h"
#include "steps/step.h"

namespace slipway::steps {
namespace {

/// What the examples talk to.
class Router {
 public:
  std::string version_of(const std::string& route) { return versions[route]; }
  std::string send(const std::string& route, const std::string& version, std::string_view token) {
    if (token != "open sesame") fail(ErrorCode::denied, "The router refuses the token.");
    versions[route] = version;
    return version;
  }
  std::unique_ptr<Subscription> watch(const std::string& route, Watch::Observer observer) {
    observer(json::value(shares[route]));
    return std::make_unique<Subscription>();
  }

  std::map<std::string, std::string> versions;
  std::map<std::string, int> shares;  ///< percent of the requests that reach the version
};

class SwitchTrafficDeclaration {
 public:
  model::StepDeclaration declared{
      .type = "Slipway.SwitchTraffic",
      .name = "Switch traffic",
      .category = "Other",
      .description = "Sends a route's requests to another version.",
      .inputs = {model::text_input("Slipway.Traffic.Route", "the route to switch").required("the route's name"),
                 model::text_input("Slipway.Traffic.Version", "the version that it leads to")
                     .otherwise("#{Octopus.Release.Number}"),
                 model::secret_input("Slipway.Traffic.Token", "what the router lets in").required("the router's token"),
                 model::number_input("Slipway.Traffic.TimeoutSeconds", 1, 3600, "how long requests may take to follow")
                     .otherwise("300")},
      .namespaces = {"Slipway.Traffic."},
  };
};

/// Over when all requests reach the version; tells every share once.
class ShareWatch final : public Watch {
 public:
  ShareWatch(Router& router, std::string route) : router_(router), route_(std::move(route)) {}

  Progress next(const json::value& told, const json::value& observed) const override {
    if (observed == 100) return {observed, {}, observed};
    if (observed == told) return {told, {}, std::nullopt};
    return {
        observed, {{LineKind::Wait, fmt::format("{} % of the requests follow.", observed.as_int64())}}, std::nullopt};
  }
  std::unique_ptr<Subscription> subscribe(Observer observer) const override {
    return router_.watch(route_, std::move(observer));
  }

 private:
  Router& router_;
  std::string route_;
};

class SwitchTrafficStep final : public StepType {
 public:
  explicit SwitchTrafficStep(Router& router) : router_(router) {}
  const model::StepDeclaration& declaration() const override { return declaration_.declared; }

  Outcome execute(StepContext& ctx) const override {
    InputReader read(ctx, declaration());
    const std::string route = read.text("Slipway.Traffic.Route");
    const std::string version = read.text("Slipway.Traffic.Version");
    const Secret token = read.secret("Slipway.Traffic.Token");
    const Duration limit = read.seconds("Slipway.Traffic.TimeoutSeconds");
    read.finish();

    const auto before = ctx.observe("version before", [&] { return router_.version_of(route); });
    Effect<std::string> change;
    change.find = [&]() -> std::optional<std::string> {
      const std::string now = router_.version_of(route);
      return now == version ? std::optional(now) : std::nullopt;
    };
    change.act = [&] { return router_.send(route, version, token.reveal()); };
    ctx.effect("switch", change);
    ctx.output("PreviousVersion", before);

    const auto share = ctx.await<std::int64_t>("requests follow", ShareWatch(router_, route), limit);
    if (share.pending()) return Outcome::pending();
    if (share.cancelled()) return Outcome::canceled(fmt::format("The route {} stays at {}.", route, version));
    if (share.timed_out()) {
      return Outcome::failed(fmt::format("The requests of {} did not follow to {} within {} s. Look at the router.",
                                         route, version,
                                         std::chrono::duration_cast<std::chrono::seconds>(limit).count()));
    }
    return Outcome::success({{"Route", route}, {"Version", version}});
  }

 private:
  Router& router_;
  SwitchTrafficDeclaration declaration_;
};

struct SwitchContext : ScriptedContext {
  SwitchContext() {
    spec.properties = {{"Slipway.Traffic.Route", "shop"}};
    spec.secret_properties = {"Slipway.Traffic.Token"};
    secrets = {{"Slipway.Traffic.Token", "open sesame"}};
    variables = {{"Octopus.Release.Number", "2.0.0"}};
    waits = {{"requests follow", {AwaitState::value, 100}}};
  }
};

TEST_CASE("traffic is switched with the secret that the action stores, and proven by the requests") {
  Router router;
  SwitchContext ctx;
  const Outcome outcome = SwitchTrafficStep(router).execute(ctx);
  CHECK(outcome.result == Result::Success);
  CHECK(router.versions["shop"] == "2.0.0");
}

TEST_CASE("traffic that does not follow in time is a failure that says so") {
  Router router;
  SwitchContext ctx;
  ctx.waits["requests follow"].state = AwaitState::timed_out;
  CHECK(SwitchTrafficStep(router).execute(ctx).message ==
        "The requests of shop did not follow to 2.0.0 within 300 s. Look at the router.");
}

TEST_CASE("what is wrong with inputs is told at once, without a secret's value") {
  Router router;
  SwitchContext ctx;
  ctx.spec.properties = {{"Slipway.Traffic.TimeoutSeconds", "soon"}, {"Slipway.Traffic.Rout", "shop"}};
  ctx.secrets = {{"Slipway.Traffic.Token", ""}};
  try {
    SwitchTrafficStep(router).execute(ctx);
    FAIL("it ran");
  } catch (const Error& error) {
    CHECK(error.details() ==
          std::vector<std::string>{
              "Slipway.Traffic.Rout is no property that this server reads. Did you mean \"Slipway.Traffic.Route\"?",
              "Slipway.Traffic.Route is missing: give the route's name.",
              "Slipway.Traffic.Token is missing: give the router's token.",
              "Slipway.Traffic.TimeoutSeconds must be a whole number from 1 to 3600, not \"soon\"."});
  }
}

TEST_CASE("a wait tells each share of the requests once, and ends when all follow") {
  Router router;
  const ShareWatch watch(router, "shop");
  CHECK(watch.next(nullptr, 40).lines.size() == 1);
  CHECK(watch.next(40, 40).lines.empty());
  CHECK(watch.next(40, 100).value == json::value(100));
}

TEST_CASE("reading what the declaration lacks is told as the step's own defect") {
  SwitchContext ctx;
  const SwitchTrafficDeclaration declaration;
  InputReader read(ctx, declaration.declared);
  CHECK_THROWS_WITH_AS(read.text("Slipway.Traffic.Speed"),
                       "Slipway.SwitchTraffic reads Slipway.Traffic.Speed, which it does not declare.", Error);
}

TEST_CASE("an input is read as what it is declared as, or that is told as the step's own defect") {
  SwitchContext ctx;
  const SwitchTrafficDeclaration declaration;
  InputReader read(ctx, declaration.declared);
  CHECK_THROWS_AS(read.text("Slipway.Traffic.TimeoutSeconds"), Error);
  CHECK_THROWS_AS(read.flag("Slipway.Traffic.Route"), Error);
  CHECK_THROWS_AS(read.seconds("Slipway.Traffic.Version"), Error);
  CHECK_THROWS_AS(read.secret("Slipway.Traffic.Route"), Error);
  CHECK_NOTHROW(read.finish());
}

TEST_CASE("a number that may not be left out is missing without it, whatever its default") {
  SwitchContext ctx;
  const model::StepDeclaration declared{.type = "Slipway.Count",
                                        .name = "Count",
                                        .category = "Other",
                                        .description = "Counts.",
                                        .inputs = {model::number_input("N", 1, 9, "how many").required("a number")}};
  InputReader read(ctx, declared);
  CHECK_FALSE(read.number("N"));
  CHECK(read.problems().list() == std::vector<std::string>{"N is missing: give a number."});
}

struct SomeStep : StepType {
  explicit SomeStep(model::StepDeclaration d) : declared(std::move(d)) {}
  const model::StepDeclaration& declaration() const override { return declared; }
  Outcome execute(StepContext&) const override { return Outcome::success(); }
  model::StepDeclaration declared;
};

TEST_CASE("a catalogue takes no step type twice, and none whose declaration can't be meant") {
  const model::StepDeclaration fine{.type = "Slipway.A", .name = "A", .category = "Other", .description = "Does it."};
  StepCatalogue catalogue;
  catalogue.add(std::make_unique<SomeStep>(fine));
  CHECK_THROWS_AS(catalogue.add(std::make_unique<SomeStep>(fine)), Error);
  model::StepDeclaration slipped = fine;
  slipped.type = "Slipway.B";
  slipped.inputs = {model::number_input("N", 1, 9, "how many").otherwise("10")};
  CHECK_THROWS_WITH_AS(
      catalogue.add(std::make_unique<SomeStep>(slipped)),
      "The declaration of the step type Slipway.B is wrong: Its default is none: N must be a whole number "
      "from 1 to 9, not \"10\".",
      Error);
}

TEST_CASE("a switch whose answer is lost is found, not made again") {
  Router router;
  SwitchContext ctx;
  ctx.lost_answers = {"switch"};
  CHECK(SwitchTrafficStep(router).execute(ctx).result == Result::Success);
}

std::string file_text(const std::string& path) {
  const char* source = std::getenv("SLIPWAY_SOURCE_DIR");
  std::ifstream file(std::string(source != nullptr ? source : ".") + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Each line without what indents it, so that a fragment may stand further left than its source.
std::string unindented(std::string_view text) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) out.append(trim(line)).append("\n");
  return out;
}

TEST_CASE("every fragment of the page on writing a step is taken from the file that the page names above it") {
  const std::string page = file_text("docs/write-a-step.md");
  constexpr std::string_view fence = "```cpp\n";
  int fragments = 0;
  for (std::size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at + 1)) {
    const std::size_t begin = at + fence.size(), end = page.find("```", begin);
    const std::size_t close = page.rfind('`', at - 1), open = page.rfind('`', close - 1);
    const std::string path = page.substr(open + 1, close - open - 1), fragment = page.substr(begin, end - begin);
    CAPTURE(path);
    CAPTURE(fragment);
    CHECK(unindented(file_text(path)).find(trim(unindented(fragment))) != std::string::npos);
    ++fragments;
  }
  CHECK(fragments >= 6);
}

}  // namespace
}  // namespace slipway::steps
