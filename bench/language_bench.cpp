// `./dev bench language`: what evaluating, ordering, scoping and masking cost, beside the plainest code that could do
// the same, or `grep -F`, measured in the same run.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/groups.h"
#include "language/masking/masking.h"
#include "language/scoping/scope.h"
#include "language/templates/template.h"
#include "language/versions/version.h"

namespace slipway::bench {
namespace {

using language::VariableSet;

/// Processor seconds that this process (`RUSAGE_SELF`) or its finished children have used. Other than the time on the
/// wall they mean the same on a busy machine.
double processor_seconds(int whose) {
  rusage used{};
  getrusage(whose, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Processor seconds that `run` takes, at the median of `rounds`. `prepare` goes before each, unmeasured.
template <class Prepare, class Run>
double median_seconds(int rounds, Prepare prepare, Run run, int whose = RUSAGE_SELF) {
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round) {
    prepare();
    const double start = processor_seconds(whose);
    run();
    seconds.push_back(processor_seconds(whose) - start);
  }
  return median(std::move(seconds));
}

template <class Run>
double median_seconds(int rounds, Run run) {
  return median_seconds(
      rounds, [] {}, run);
}

double milliseconds(double seconds) { return seconds * 1000; }

/// What the optimiser must believe is looked at.
void use(std::size_t value) { asm volatile("" : : "r"(value) : "memory"); }

// Templates

constexpr std::size_t kVariables = 10'000;
constexpr std::size_t kChain = 8;

std::string variable_name(std::size_t i) { return fmt::format("Project.Setting[{}].Value", i); }

/// Each variable refers to the one before it; every eighth starts a new chain.
VariableSet chained_variables() {
  VariableSet variables;
  for (std::size_t i = 0; i < kVariables; ++i) {
    const bool starts = i % kChain == 0;
    variables.set(variable_name(i),
                  starts ? "https://shop.example" : fmt::format("#{{{}}}/part-{}", variable_name(i - 1), i));
  }
  return variables;
}

/// The plainest code that fills the same texts: one look-up and one append a variable, each value filled once.
std::unordered_map<std::string_view, std::string> fill_plainly(const VariableSet& variables) {
  std::unordered_map<std::string_view, std::string> filled;
  for (const auto& variable : variables) {
    std::string text = *variable.value;
    if (const auto open = text.find("#{"); open != std::string::npos) {
      const auto close = text.find('}', open);
      text = filled.at(std::string_view(text).substr(open + 2, close - open - 2)) + text.substr(close + 1);
    }
    filled.emplace(variable.name, std::move(text));
  }
  return filled;
}

void measure_variables(Report& report) {
  const VariableSet variables = chained_variables();
  // What a round takes over is made, and what it left behind is released, outside of it.
  VariableSet given;
  std::optional<language::Bindings> bound;
  std::vector<language::Evaluation> evaluated;
  const auto renew = [&] {
    bound.reset();
    evaluated.clear();
    given = variables;
  };
  const double ours = median_seconds(15, renew, [&] {
    bound.emplace(std::move(given));
    language::Budget budget(language::kTextLimits, language::time_of_this_thread);
    evaluated = bound->evaluate_all(budget);
  });
  std::unordered_map<std::string_view, std::string> filled;
  const double plain = median_seconds(
      15, [&] { filled.clear(); }, [&] { filled = fill_plainly(variables); });
  report.add({"evaluate 10,000 variables, 8 deep", milliseconds(ours), "ms", "the same by find and append",
              milliseconds(plain), ratio_at_most(20)});
}

void measure_large_template(Report& report) {
  VariableSet variables;
  variables.set("Name", "checkout");
  std::string text;
  while (text.size() < (1u << 20)) text += "image: registry.example/#{Name}:#{Name | ToUpper} # a line of a manifest\n";
  const language::Bindings bindings(variables);
  const double ours = median_seconds(7, [&] {
    language::Budget budget(language::kTextLimits, language::time_of_this_thread);
    use(bindings.evaluate(text, budget).text_or_empty().size());
  });
  const double scan = median_seconds(7, [&] {
    std::size_t tokens = 0;
    for (auto at = text.find("#{"); at != std::string::npos; at = text.find("#{", at + 1)) ++tokens;
    use(std::string(text).size() + tokens);
  });
  report.add({"parse and evaluate a template of 1 MB", milliseconds(ours), "ms", "finding its tokens and copying it",
              milliseconds(scan)});
}

// Versions

void measure_version_sort(Report& report) {
  std::mt19937 random(1);
  std::vector<std::string> texts;
  for (int i = 0; i < 100'000; ++i) {
    const auto number = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
    std::string text = fmt::format("{}.{}.{}", number(20), number(50), number(200));
    if (number(3) == 0) text += fmt::format("-beta.{}", number(30));
    texts.push_back(std::move(text));
  }
  const double ours = median_seconds(5, [&] {
    std::vector<language::Version> versions;
    versions.reserve(texts.size());
    for (const std::string& text : texts) {
      versions.push_back(language::parse_version(language::VersionFormat::octopus, text));
    }
    std::sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) { return compare(a, b) < 0; });
    use(versions.size());
  });
  const double plain = median_seconds(5, [&] {
    std::vector<std::string> copy = texts;
    std::sort(copy.begin(), copy.end());
    use(copy.size());
  });
  report.add(
      {"parse and sort 100,000 versions", milliseconds(ours), "ms", "sorting them as texts", milliseconds(plain)});
}

// Masking

constexpr std::size_t kLogBytes = 100'000'000;
constexpr std::size_t kSecrets = 500;

std::string random_word(std::mt19937& random, std::size_t length) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string word;
  while (word.size() < length) word += letters[random() % letters.size()];
  return word;
}

std::vector<std::string> random_secrets(std::mt19937& random) {
  std::vector<std::string> secrets;
  while (secrets.size() < kSecrets) secrets.push_back(random_word(random, 12 + random() % 29));
  return secrets;
}

/// Lines such as steps write, one in two hundred with a secret in it.
std::string random_log(std::mt19937& random, const std::vector<std::string>& secrets) {
  static constexpr std::string_view phrases[] = {
      "Pulling image registry.example/team/checkout:1.42.7 for service checkout",
      "service checkout: desired 4, running 3, pending 1 (rollout IN_PROGRESS)",
      "arn:aws:ecs:eu-west-1:111122223333:task-definition/checkout:118 registered",
      "GET https://api.example/v1/orders?limit=100 answered 200 in 34 ms",
      "Warning: health check of target 10.0.13.77:8080 is not passing yet",
  };
  std::string log;
  log.reserve(kLogBytes + 256);
  for (std::size_t line = 0; log.size() < kLogBytes; ++line) {
    log += fmt::format("2026-05-01T10:{:02}:{:02}.{:03}Z [{}] ", line / 60 % 60, line % 60, random() % 1000,
                       random() % 64);
    log += phrases[random() % std::size(phrases)];
    if (random() % 200 == 0) log += " password=" + secrets[random() % secrets.size()];
    log += '\n';
  }
  return log;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

/// Seconds that grep takes to count the lines with any of the patterns. Nullopt when it can't be run.
std::optional<double> grep_seconds(const std::string& log, const std::vector<std::string>& patterns) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("slipway-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  write_file(folder / "log", log);
  write_file(folder / "patterns", fmt::format("{}\n", fmt::join(patterns, "\n")));
  const std::string command = fmt::format("LC_ALL=C grep -F -c -f '{}' '{}' >'{}'", (folder / "patterns").string(),
                                          (folder / "log").string(), (folder / "count").string());
  bool ran = true;
  const auto run = [&] { ran = std::system(command.c_str()) == 0 && ran; };
  const double seconds = median_seconds(
      3, [] {}, run, RUSAGE_CHILDREN);
  std::filesystem::remove_all(folder);
  return ran ? std::optional(seconds) : std::nullopt;
}

void measure_masking(Report& report) {
  std::mt19937 random(2);
  const std::vector<std::string> secrets = random_secrets(random);
  const std::string log = random_log(random, secrets);
  const double seconds = median_seconds(3, [&] {
    const language::Masker masker(secrets);
    language::MaskingStream stream(masker);
    std::size_t shown = 0;
    for (std::size_t at = 0; at < log.size(); at += 64 << 10) {
      shown += stream.feed(std::string_view(log).substr(at, 64 << 10)).size();
    }
    use(shown + stream.finish().size());
  });
  const double megabytes = static_cast<double>(log.size()) / 1e6;
  const auto grep = grep_seconds(log, secrets);
  report.add({"mask 100 MB of log, 500 secrets in four forms", megabytes / seconds, "MB/s", "grep -F with the 500",
              grep ? std::optional(megabytes / *grep) : std::nullopt, ratio_at_least(3)});
}

// Scoping

constexpr std::size_t kScopes = 50;
constexpr std::size_t kTenants = 1'000;

/// 10,000 names with 50 values each: one unscoped, the others for environments, tags and tenants.
std::vector<language::Variable> scoped_variables() {
  using language::ScopeKind;
  std::vector<language::Variable> variables;
  variables.reserve(kVariables * kScopes);
  for (std::size_t i = 0; i < kVariables; ++i) {
    for (std::size_t s = 0; s < kScopes; ++s) {
      language::Variable v;
      v.id = fmt::format("Variables-{}", i * kScopes + s);
      v.name = variable_name(i);
      v.value = "v";
      if (s % 3 == 1) v.scope[ScopeKind::environment] = {fmt::format("Environments-{}", s)};
      if (s % 3 == 2) v.scope[ScopeKind::tenant_tag] = {fmt::format("Ring/{}", s)};
      if (s > 0 && s % 3 == 0) v.scope[ScopeKind::tenant] = {fmt::format("Tenants-{}", s)};
      variables.push_back(std::move(v));
    }
  }
  return variables;
}

void measure_scoping(Report& report) {
  std::vector<language::Variable> variables = scoped_variables();
  std::vector<const std::string*> names;
  for (const auto& v : variables) names.push_back(&v.name);
  const double touch = median_seconds(3, [&] {
    std::size_t bytes = 0;
    for (const auto& v : variables) bytes += v.value->size() + v.scope.size();
    use(bytes);
  });
  const double seconds = median_seconds(1, [&] {
    const language::VariableCatalog catalog(std::move(variables));
    std::size_t winners = 0;
    for (std::size_t tenant = 0; tenant < kTenants; ++tenant) {
      language::ScopeContext context;
      context.environment = "Environments-1";
      context.tenant = fmt::format("Tenants-{}", tenant);
      context.tenant_tags = {fmt::format("Ring/{}", tenant % 60)};
      winners += catalog.resolve(context).winners().size();
    }
    use(winners);
  });
  report.add({"scope 10,000 variables x 50 values, of 1,000 tenants each", milliseconds(seconds) / kTenants, "ms",
              "looking at each value once", milliseconds(touch), ratio_at_most(0.3)});
}

}  // namespace
}  // namespace slipway::bench

int main(int argc, char** argv) {
  using namespace slipway::bench;
  constexpr std::array groups{Group{"variables", measure_variables}, Group{"template", measure_large_template},
                              Group{"versions", measure_version_sort}, Group{"scoping", measure_scoping},
                              Group{"masking", measure_masking}};
  return measure_groups(groups, std::vector<std::string>(argv + 1, argv + argc));
}
