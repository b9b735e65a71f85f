#include "cloud/ecs.h"

#include <algorithm>
#include <iterator>

#include "cloud/operations.h"
#include "cloud/paging.h"

namespace slipway::aws::ecs {
namespace {

std::string text(const json::object& from, std::string_view name) {
  return std::string(json::text_at(from, name).value_or(""));
}

std::vector<json::object> objects(const json::object& from, std::string_view name) {
  std::vector<json::object> out;
  if (const json::array* items = json::array_at(from, name)) {
    for (const auto& item : *items) {
      if (const json::object* object = item.if_object()) out.push_back(*object);
    }
  }
  return out;
}

template <class Iterator>
json::array texts(Iterator first, Iterator last) {
  return json::array(first, last);
}

json::object object_or_empty(const json::object& from, std::string_view name) {
  const json::object* found = json::object_at(from, name);
  return found ? *found : json::object();
}

/// Describes `names` in batches. `input` holds the other members, `key` takes the names, `items` holds the answers.
Described describe(const Client& client, const Operation& operation, const json::object& input, std::string_view key,
                   const std::vector<std::string>& names, std::string_view items, std::size_t batch) {
  Described out;
  for (std::size_t from = 0; from < names.size(); from += batch) {
    const auto first = names.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(batch, names.size() - from));
    json::object call = input;
    call[key] = texts(first, last);
    const json::object answer = client.call(operation, call);
    std::ranges::move(objects(answer, items), std::back_inserter(out.items));
    for (const auto& failure : objects(answer, "failures")) {
      out.missing.push_back({text(failure, "arn"), text(failure, "reason"), text(failure, "detail")});
    }
  }
  return out;
}

/// All texts of a paged list, at most `most`.
std::vector<std::string> list(const Client& client, const Operation& operation, json::object input,
                              std::string_view items, std::size_t most) {
  std::vector<std::string> out;
  input["maxResults"] = std::min<std::size_t>(most, 100);
  each_page(client, operation, std::move(input), [&](const json::object& page) {
    if (const json::array* arns = json::array_at(page, items)) {
      for (const auto& arn : *arns) {
        if (arn.is_string() && out.size() < most) out.emplace_back(json::view(arn.get_string()));
      }
    }
    return out.size() < most;
  });
  return out;
}

bool says_no_such_task_definition(const AwsError& error) {
  return error.kind() == FailureKind::client &&
         error.failure().message.starts_with("Unable to describe task definition");
}

}  // namespace

json::object register_task_definition(const Client& client, const json::object& input) {
  return object_or_empty(client.call(kRegisterTaskDefinition, input), "taskDefinition");
}

std::optional<DescribedTaskDefinition> describe_task_definition(const Client& client, std::string_view name) {
  json::object answer;
  try {
    answer = client.call(kDescribeTaskDefinition, {{"taskDefinition", name}, {"include", {"TAGS"}}});
  } catch (const AwsError& error) {
    if (says_no_such_task_definition(error)) return std::nullopt;
    throw;
  }
  DescribedTaskDefinition out{object_or_empty(answer, "taskDefinition"), {}};
  for (const auto& tag : objects(answer, "tags")) out.tags[text(tag, "key")] = text(tag, "value");
  return out;
}

void each_task_definition(const Client& client, std::string_view family,
                          const std::function<bool(const std::string& arn)>& visit) {
  each_page(client, kListTaskDefinitions,
            {{"familyPrefix", family}, {"status", "ACTIVE"}, {"sort", "DESC"}, {"maxResults", 100}},
            [&](const json::object& page) {
              const json::array* arns = json::array_at(page, "taskDefinitionArns");
              return arns == nullptr || std::ranges::all_of(*arns, [&](const json::value& arn) {
                       return !arn.is_string() || visit(std::string(json::view(arn.get_string())));
                     });
            });
}

Described describe_clusters(const Client& client, const std::vector<std::string>& names) {
  return describe(client, kDescribeClusters, {}, "clusters", names, "clusters", 100);
}

Described describe_services(const Client& client, std::string_view cluster, const std::vector<std::string>& names) {
  return describe(client, kDescribeServices, {{"cluster", cluster}}, "services", names, "services", 10);
}

json::object update_service(const Client& client, const json::object& input) {
  return object_or_empty(client.call(kUpdateService, input), "service");
}

std::vector<json::object> list_service_deployments(const Client& client, std::string_view cluster,
                                                   std::string_view service, Time since) {
  const double after = static_cast<double>(to_micros(since)) / 1e6;
  json::object input{
      {"cluster", cluster}, {"service", service}, {"createdAt", {{"after", after}}}, {"maxResults", 100}};
  std::vector<json::object> out;
  each_page(client, kListServiceDeployments, std::move(input), [&](const json::object& page) {
    std::ranges::move(objects(page, "serviceDeployments"), std::back_inserter(out));
    return true;
  });
  std::ranges::stable_sort(out, std::ranges::greater(), [](const json::object& d) { return time_at(d, "createdAt"); });
  return out;
}

Described describe_service_deployments(const Client& client, const std::vector<std::string>& arns) {
  return describe(client, kDescribeServiceDeployments, {}, "serviceDeploymentArns", arns, "serviceDeployments", 20);
}

Described describe_service_revisions(const Client& client, const std::vector<std::string>& arns) {
  return describe(client, kDescribeServiceRevisions, {}, "serviceRevisionArns", arns, "serviceRevisions", 20);
}

std::vector<std::string> list_tasks(const Client& client, std::string_view cluster, std::string_view service,
                                    DesiredStatus status, std::size_t most) {
  return list(client, kListTasks,
              {{"cluster", cluster},
               {"serviceName", service},
               {"desiredStatus", status == DesiredStatus::running ? "RUNNING" : "STOPPED"}},
              "taskArns", most);
}

Described describe_tasks(const Client& client, std::string_view cluster, const std::vector<std::string>& arns) {
  return describe(client, kDescribeTasks, {{"cluster", cluster}}, "tasks", arns, "tasks", 100);
}

std::optional<Time> time_at(const json::object& from, std::string_view name) {
  const json::value* member = json::find(from, name);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  const double seconds = member->to_number<double>();
  if (!(seconds > -1e11 && seconds < 1e11)) return std::nullopt;
  return from_micros(static_cast<std::int64_t>(seconds * 1e6));
}

}  // namespace slipway::aws::ecs
