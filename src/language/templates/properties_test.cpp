// Properties that must hold for all inputs; rapidcheck makes the inputs and shrinks what fails.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "language/masking/masking.h"
#include "language/scoping/scope.h"
#include "language/templates/template.h"
#include "language/versions/version.h"
#include "language/versions/version_range.h"

using namespace slipway::language;

namespace {

using rc::Gen;
namespace gen = rc::gen;

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

Gen<std::string> one_of(std::vector<std::string> choices) { return gen::elementOf(std::move(choices)); }

Gen<std::string> text_of(std::vector<std::string> pieces) {
  return gen::map(gen::container<std::vector<std::string>>(one_of(std::move(pieces))), joined);
}

// Templates, from the grammar

Gen<std::string> symbol_text() {
  return one_of(
      {"A", "My Var", "A.B", "A[k].B", "A[#{B}]", "A[#{B[#{c}]}].D", "A[]", "x-y/z", "A[*]", "A[#{k | ToLower}]"});
}

Gen<std::string> expression_text() {
  return gen::oneOf(symbol_text(), gen::map(symbol_text(), [](const std::string& s) { return s + " | ToUpper"; }),
                    gen::map(symbol_text(), [](const std::string& s) { return s + " | Append \"a b\" c #{D}| Trim"; }),
                    gen::just<std::string>("| Prepend \\\"# \\\""));
}

Gen<std::string> condition_text() {
  return gen::apply([](const std::string& left, const std::string& rest) { return left + rest; }, expression_text(),
                    one_of({"", " == \"x\"", " != B | Trim", " == \\\"x#y\\\"", "!=\"\""}));
}

Gen<std::string> template_text(int depth);

Gen<std::string> token_text(int depth) {
  const auto plain = gen::oneOf(one_of({"text", "#", "## ", "##{x}", "{", "}", "\n", "é", " calc "}),
                                gen::map(expression_text(), [](const std::string& e) { return "#{" + e + "}"; }),
                                one_of({"#{calc 1+2*A}", "#{calc ({A}-2)/3.5}", "#{calc -1 + .5}"}));
  if (depth == 0) return plain;
  const auto block = gen::apply(
      [](const std::string& shape, const std::string& condition, const std::string& a, const std::string& b) {
        if (shape == "if") return "#{if " + condition + "}" + a + "#{/if}";
        if (shape == "else") return "#{if " + condition + "}" + a + "#{else}" + b + "#{/if}";
        if (shape == "elseif") return "#{if A}" + a + "#{elseif " + condition + "}" + b + "#{/if}";
        if (shape == "unless") return "#{unless " + condition + "}" + a + "#{else}" + b + "#{/unless}";
        return "#{each x in A[k].B}" + a + "#{/each}";
      },
      one_of({"if", "else", "elseif", "unless", "each"}), condition_text(), template_text(depth - 1),
      template_text(depth - 1));
  return gen::weightedOneOf<std::string>({{3, plain}, {2, block}});
}

Gen<std::string> template_text(int depth) {
  return gen::map(gen::resize(4, gen::container<std::vector<std::string>>(token_text(depth))), joined);
}

// Versions

Gen<std::string> version_text() {
  return gen::apply(
      [](const std::string& numbers, const std::string& labels) { return numbers + labels; },
      one_of({"1", "1.0", "1.0.0", "1.0.1", "01.2", "2.0.0.0", "2.0.0.1", "10.0", "v1", "20210201130629",
              "99999999999999999999.1", "7a583b3", ""}),
      text_of({"-", ".", "a", "B", "beta", "1", "10", "02", "3000000000", "rc", "+m", "final", "sp", "snapshot"}));
}

/// A text that is a version in the format; semver and others accept only a part of what is made.
Version any_version(VersionFormat format) {
  const auto text = *gen::suchThat(
      version_text(), [=](const std::string& t) { return t.size() < 40 && try_parse_version(format, t).has_value(); });
  return parse_version(format, text);
}

Version any_semver() {
  const auto text = *gen::apply([](const std::string& numbers, const std::string& labels) { return numbers + labels; },
                                one_of({"1", "1.0", "1.0.1", "2.0", "10.2.3.4"}),
                                one_of({"", "-a", "-a.1", "-a.10", "-a.-5", "-a.3000000000", "-b"}));
  return parse_version(VersionFormat::semver, text);
}

Version version_in(VersionFormat format) {
  return format == VersionFormat::semver ? any_semver() : any_version(format);
}

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

// Scopes

Variable any_variable(int number) {
  Variable v;
  v.id = "Variables-" + std::to_string(number);
  v.name = *one_of({"Url", "URL", "Port"});
  v.value = std::to_string(number);
  v.source =
      *gen::element(VariableSource::project, VariableSource::library, VariableSource::output, VariableSource::system);
  for (const auto kind : {ScopeKind::environment, ScopeKind::role, ScopeKind::tenant_tag, ScopeKind::channel}) {
    auto ids = *gen::container<std::vector<std::string>>(one_of({"a", "b", "c"}));
    if (!ids.empty() && *gen::arbitrary<bool>()) v.scope[kind] = std::move(ids);
  }
  return v;
}

ScopeContext any_context() {
  ScopeContext context;
  context.environment = *one_of({"a", "b"});
  if (*gen::arbitrary<bool>()) context.channel = "a";
  context.machine_roles = *gen::container<std::vector<std::string>>(one_of({"a", "b", "c"}));
  context.target_roles = *gen::container<std::vector<std::string>>(one_of({"a", "b", "c"}));
  context.tenant_tags = *gen::container<std::vector<std::string>>(one_of({"a", "b", "c"}));
  return context;
}

/// The names that have a value, each with the rank of it.
std::vector<std::pair<std::string, std::int64_t>> winning_ranks(const VariableCatalog& catalog,
                                                                const ScopeContext& context) {
  std::vector<std::pair<std::string, std::int64_t>> ranks;
  for (const Variable* winner : catalog.resolve(context).winners()) {
    const Explanation why = catalog.explain(winner->name, context);
    ranks.emplace_back(winner->name == "URL" ? "Url" : winner->name, why.candidates.front().rank);
  }
  std::sort(ranks.begin(), ranks.end());
  return ranks;
}

}  // namespace

TEST_CASE("property: a printed template parses to what it was printed from") {
  CHECK(rc::check([] {
    const std::string text = *template_text(2);
    const Template parsed = Template::parse(text);
    RC_PRE(!parsed.error());
    const std::string printed = parsed.to_string();
    const Template again = Template::parse(printed);
    RC_ASSERT(!again.error());
    RC_ASSERT(again.to_string() == printed);
    RC_ASSERT(again.argument_names() == parsed.argument_names());
  }));
}

TEST_CASE("property: comparing versions is a total order in every format") {
  for (const auto format :
       {VersionFormat::octopus, VersionFormat::semver, VersionFormat::docker, VersionFormat::lexicographic}) {
    CHECK(rc::check([&] {
      const Version a = version_in(format), b = version_in(format), c = version_in(format);
      RC_ASSERT(compare(a, a) == 0);
      RC_ASSERT(sign(compare(a, b)) == -sign(compare(b, a)));
      if (compare(a, b) <= 0 && compare(b, c) <= 0) RC_ASSERT(compare(a, c) <= 0);
    }));
  }
}

TEST_CASE("property: comparing Maven versions is antisymmetric and reads what it prints") {
  CHECK(rc::check([] {
    const Version a = any_version(VersionFormat::maven), b = any_version(VersionFormat::maven);
    RC_ASSERT(compare(a, a) == 0);
    RC_ASSERT(sign(compare(a, b)) == -sign(compare(b, a)));
  }));
}

TEST_CASE("property: the sort key of a version orders as comparing does") {
  CHECK(rc::check([] {
    const Version a = any_version(VersionFormat::docker), b = any_version(VersionFormat::docker);
    RC_ASSERT(sign(version_sort_key(a).compare(version_sort_key(b))) == sign(compare(a, b)));
  }));
}

TEST_CASE("property: a NuGet range contains what lies between its bounds") {
  CHECK(rc::check([] {
    const Version lower = any_semver(), upper = any_semver(), version = any_semver();
    RC_PRE(compare(lower, upper) < 0);
    const bool open_low = *gen::arbitrary<bool>(), open_high = *gen::arbitrary<bool>();
    const std::string text = (open_low ? "(" : "[") + lower.original + "," + upper.original + (open_high ? ")" : "]");
    const VersionRange range = VersionRange::parse(RangeFormat::nuget, text);
    const bool above = open_low ? compare(version, lower) > 0 : compare(version, lower) >= 0;
    const bool below = open_high ? compare(version, upper) < 0 : compare(version, upper) <= 0;
    RC_ASSERT(range.contains(version) == (above && below));
    RC_ASSERT(VersionRange::parse(RangeFormat::nuget, range.to_string()).to_string() == range.to_string());
  }));
}

TEST_CASE("property: a version is in an intersection of Maven ranges when it is in both") {
  const auto any_range = [] {
    return VersionRange::parse(RangeFormat::maven,
                               *one_of({"[1.0,2.0)", "(,1.1],[1.4,)", "[1.2]", "(1.0,1.3],(1.5,)", "[,1.1),(1.1,2]"}));
  };
  CHECK(rc::check([&] {
    const VersionRange a = any_range(), b = any_range();
    const Version version =
        parse_version(VersionFormat::maven, *one_of({"1.0", "1.1", "1.2", "1.3.1", "1.4", "1.5", "2.0-rc1"}));
    const VersionRange both = a.intersect(b);
    RC_ASSERT(both.contains(version) == (a.contains(version) && b.contains(version)));
    if (!both.restrictions().empty()) {
      RC_ASSERT(VersionRange::parse(RangeFormat::maven, both.to_string()).to_string() == both.to_string());
    }
  }));
}

TEST_CASE("property: how specific the winners are does not depend on the order of definitions") {
  CHECK(rc::check([] {
    std::vector<Variable> variables;
    const int count = *gen::inRange(1, 12);
    for (int i = 0; i < count; ++i) variables.push_back(any_variable(i));
    const ScopeContext context = any_context();
    const VariableCatalog catalog(variables);
    std::vector<Variable> reversed(variables.rbegin(), variables.rend());
    RC_ASSERT(winning_ranks(catalog, context) == winning_ranks(VariableCatalog(reversed), context));
    for (const Variable* winner : catalog.resolve(context).winners()) {
      RC_ASSERT(catalog.explain(winner->name, context).winner == winner);
    }
  }));
}

TEST_CASE("property: masked text never shows a secret, however it was cut into chunks") {
  const auto word = text_of({"ab", "abc", "a", "b", "c", "\n", "dd", "%", " ", "\"", "é"});
  CHECK(rc::check([&] {
    const auto secrets = *gen::container<std::vector<std::string>>(word);
    const auto chunks =
        *gen::container<std::vector<std::string>>(gen::oneOf(word, secrets.empty() ? word : gen::elementOf(secrets)));
    const Masker masker(secrets);
    MaskingStream stream(masker);
    std::string masked;
    for (const std::string& chunk : chunks) masked += stream.feed(chunk);
    masked += stream.finish();
    RC_ASSERT(masked == masker.mask(joined(chunks)));
    for (const std::string& secret : secrets) {
      const bool maskable = secret.size() >= 8 && secret.find('\n') == std::string::npos;
      if (maskable) RC_ASSERT(masked.find(secret) == std::string::npos);
    }
  }));
}
