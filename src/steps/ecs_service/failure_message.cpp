#include "steps/ecs_service/failure_message.h"

#include <fmt/format.h>

#include <algorithm>

#include "steps/ecs_service/service_event.h"

namespace slipway::steps::ecs {
namespace {

constexpr std::size_t kMostCauses = 6;

std::string tasks(int count) { return count == 1 ? "1 task" : fmt::format("{} tasks", count); }

std::string_view without_stop(std::string_view text) {
  while (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

std::string describe(const Subject& subject) {
  const std::string place = fmt::format("service {} in cluster {}, account {}, {}", subject.service, subject.cluster,
                                        subject.account, subject.region);
  const std::string images = subject.images.empty() ? "" : fmt::format(" ({})", fmt::join(subject.images, ", "));
  if (subject.release.empty()) return place + images;
  return fmt::format("release {}{} on {}", subject.release, images, place);
}

/// One text of the task definition's options, "" when it has none.
std::string option(const json::object& options, std::string_view name) {
  return std::string(json::text_at(options, name).value_or(""));
}

/// Where CloudWatch keeps what the containers of that task wrote.
void add_logs(std::vector<std::string>& lines, const json::object& definition, std::string_view task) {
  const json::array* containers = json::array_at(definition, "containerDefinitions");
  if (containers == nullptr) return;
  const std::string_view id = task.substr(task.rfind('/') + 1);
  for (const auto& item : *containers) {
    const json::object* container = item.if_object();
    const json::object* logging = container ? json::object_at(*container, "logConfiguration") : nullptr;
    const json::object* options = logging ? json::object_at(*logging, "options") : nullptr;
    if (options == nullptr || json::text_at(*logging, "logDriver") != "awslogs") continue;
    const std::string name(json::text_at(*container, "name").value_or(""));
    const std::string prefix = option(*options, "awslogs-stream-prefix"), region = option(*options, "awslogs-region");
    lines.push_back(fmt::format("Logs of container {}: log group {}{}{}.", name, option(*options, "awslogs-group"),
                                prefix.empty() ? "" : fmt::format(", stream {}/{}/{}", prefix, name, id),
                                region.empty() ? "" : " in " + region));
  }
}

/// The causes but for those that were told, "3× …".
void add_causes(std::vector<std::string>& lines, std::string_view title, const std::vector<Cause>& causes,
                std::string_view told) {
  std::vector<std::string> texts;
  std::size_t left = 0;
  for (const auto& cause : causes) {
    if (cause.Text == told) continue;
    if (texts.size() == kMostCauses) {
      ++left;
    } else {
      texts.push_back(cause.Times == 1 ? cause.Text : fmt::format("{}× {}", cause.Times, cause.Text));
    }
  }
  if (texts.empty()) return;
  if (left > 0) texts.push_back(fmt::format("and {} more", left));
  lines.push_back(fmt::format("{}: {}", title, fmt::join(texts, "\n  ")));
}

/// What is told as the cause, and how.
struct Told {
  std::string text, sentence;
};

Told told_by(const Findings& found) {
  if (!found.Stopped.empty()) {
    const Cause& first = found.Stopped.front();
    return {first.Text, fmt::format("{} ({})", without_stop(first.Text), tasks(first.Times))};
  }
  return {found.Problem, std::string(without_stop(found.Problem))};
}

/// Where ECS gives up and no task has failed, it could not start them: what it said of that is the cause, also where
/// some tasks came up after it.
std::string problem_behind(const Failure& failure) {
  if (failure.said_by_ecs.empty()) return "";
  const auto& problems = failure.findings.Problems;
  const auto found = std::find_if(problems.begin(), problems.end(), [](const Cause& c) { return !sums_up(c.Text); });
  return found == problems.end() ? "" : found->Text;
}

Told cause_of(const Failure& failure) {
  Told told = failure.is_told ? Told{} : told_by(failure.findings);
  if (!told.text.empty()) return told;
  const std::string problem = failure.is_told ? "" : problem_behind(failure);
  const std::string& cause = problem.empty() ? failure.cause : problem;
  return {cause, std::string(without_stop(cause))};
}

}  // namespace

std::string leading_cause(const Findings& found) { return told_by(found).sentence; }

json::object log_places(const json::object& definition) {
  json::array out;
  const json::array* containers = json::array_at(definition, "containerDefinitions");
  for (const auto& item : containers == nullptr ? json::array{} : *containers) {
    const json::object& container = item.as_object();
    const json::object* logging = json::object_at(container, "logConfiguration");
    if (logging == nullptr || json::text_at(*logging, "logDriver") != "awslogs") continue;
    json::object options;
    for (const std::string_view name : {"awslogs-group", "awslogs-region", "awslogs-stream-prefix"}) {
      const json::object* given = json::object_at(*logging, "options");
      if (const auto value = given == nullptr ? std::nullopt : json::text_at(*given, name)) options[name] = *value;
    }
    out.push_back(json::object{{"name", json::text_at(container, "name").value_or("")},
                               {"logConfiguration", {{"logDriver", "awslogs"}, {"options", std::move(options)}}}});
  }
  return {{"containerDefinitions", std::move(out)}};
}

std::string_view short_name(std::string_view task_definition) {
  return task_definition.substr(task_definition.rfind('/') + 1);
}

std::string describe_runs(const std::vector<Running>& runs) {
  if (runs.empty()) return "no task runs";
  std::vector<std::string> parts;
  for (const auto& run : runs) {
    parts.push_back(fmt::format("{} {} {}", tasks(run.Tasks), run.Tasks == 1 ? "runs" : "run", run.TaskDefinition));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string describe_image(std::string_view image, std::string_view digest) {
  constexpr std::size_t shown = std::string_view("sha256:").size() + 12;
  const auto host = image.find('/');
  const bool has_registry = host != std::string_view::npos && image.substr(0, host).find('.') != std::string_view::npos;
  const std::string_view name = has_registry ? image.substr(host + 1) : image;
  if (digest.empty()) return std::string(name);
  return fmt::format("{} = {}{}", name, digest.substr(0, shown), digest.size() > shown ? "…" : "");
}

std::string describe_failure(const Subject& subject, const Failure& failure, const json::object& definition) {
  const Findings& found = failure.findings;
  const auto [told, cause] = cause_of(failure);
  std::vector<std::string> lines{
      fmt::format("{}: {}{}{}.", failure.ending, describe(subject), cause.empty() ? "" : ": ", cause)};
  if (!failure.now.empty()) lines.push_back("Now: " + failure.now);
  add_causes(lines, told == failure.cause ? "Why tasks stopped" : "Tasks stopped also", found.Stopped, told);
  add_causes(lines, "ECS said", found.Problems, without_ids(told));
  if (found.BreakerIsBlind) {
    lines.emplace_back("The service's circuit breaker does not count tasks that fail so, and did not act.");
  }
  if (!failure.said_by_ecs.empty() && failure.said_by_ecs != told) {
    lines.push_back("ECS's own reason: " + failure.said_by_ecs);
  }
  const auto ran = std::find_if(found.Stopped.begin(), found.Stopped.end(), [](const Cause& c) { return c.Ran; });
  if (ran != found.Stopped.end()) add_logs(lines, definition, ran->Task);
  if (!failure.deployment.empty()) {
    lines.push_back(fmt::format("In AWS: deployment {} of {}.", failure.deployment, failure.revision));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace slipway::steps::ecs
