#include "api/delivery/activity_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/describe.h"

namespace slipway::api {
namespace {

using storage::TaskState;

/// Spelled as clients read it; they fail on other words.
enum class NodeStatus { Pending, Running, Success, Failed, Skipped, SuccessWithWarning, Canceled };
BOOST_DESCRIBE_ENUM(NodeStatus, Pending, Running, Success, Failed, Skipped, SuccessWithWarning, Canceled)

struct Node {
  std::string id, name;
  NodeStatus status = NodeStatus::Pending;
  std::optional<Time> started, ended;
  std::vector<storage::LogLine> lines;
  std::vector<Node> children;
  std::optional<int> unit = {};  ///< whose lines it has; 0 is the task's own
};

NodeStatus status_of(const storage::TaskRecord& task) {
  switch (task.state) {
    case TaskState::Queued:
      return NodeStatus::Pending;
    case TaskState::Executing:
    case TaskState::Cancelling:
      return NodeStatus::Running;
    case TaskState::Success:
      return task.has_warnings ? NodeStatus::SuccessWithWarning : NodeStatus::Success;
    case TaskState::Failed:
      return NodeStatus::Failed;
    case TaskState::Canceled:
    case TaskState::TimedOut:
      return NodeStatus::Canceled;
  }
  return NodeStatus::Pending;
}

NodeStatus status_of(const storage::UnitRecord& unit) {
  if (unit.state == storage::UnitState::running) return NodeStatus::Running;
  const json::value outcome = json::parse(unit.outcome);
  const auto result = json::text_at(outcome.as_object(), "Result").value_or("");
  return json::enum_of<NodeStatus>(result).value_or(NodeStatus::Failed);
}

/// A step's status: running while a child runs, else the worst end of its children.
NodeStatus status_of(const std::vector<Node>& children, bool task_has_ended) {
  const auto any = [&](NodeStatus status) {
    return std::any_of(children.begin(), children.end(), [&](const Node& child) { return child.status == status; });
  };
  const auto all = [&](NodeStatus status) {
    return std::all_of(children.begin(), children.end(), [&](const Node& child) { return child.status == status; });
  };
  if (all(NodeStatus::Skipped)) return NodeStatus::Skipped;
  if (any(NodeStatus::Running)) return NodeStatus::Running;
  for (const NodeStatus worse : {NodeStatus::Failed, NodeStatus::Canceled}) {
    if (any(worse)) return worse;
  }
  if (any(NodeStatus::Pending))
    return any(NodeStatus::Success) && !task_has_ended ? NodeStatus::Running : NodeStatus::Pending;
  return any(NodeStatus::SuccessWithWarning) ? NodeStatus::SuccessWithWarning : NodeStatus::Success;
}

void take_times(Node& node) {
  for (const Node& child : node.children) {
    if (child.started && (!node.started || *child.started < *node.started)) node.started = child.started;
    if (child.ended && (!node.ended || *child.ended > *node.ended)) node.ended = child.ended;
  }
  if (node.status == NodeStatus::Running || node.status == NodeStatus::Pending) node.ended.reset();
}

class TreeMaker {
 public:
  explicit TreeMaker(const ActivityInput& input) : input_(input) {
    for (const storage::UnitRecord& unit : input.units) units_[unit.number] = &unit;
    for (const storage::LogLine& line : input.lines) lines_[line.unit].push_back(line);
  }

  Node root() {
    const storage::TaskRecord& task = input_.task;
    Node root{task.id, task.description, status_of(task), task.started, task.completed, std::move(lines_[0]), {}, 0};
    for (const planning::PlannedStep& step : input_.plan.Steps) root.children.push_back(step_node(step));
    return root;
  }

 private:
  Node step_node(const planning::PlannedStep& step) {
    Node node;
    node.id = fmt::format("{}/step-{}", input_.task.id, step.Number);
    node.name = fmt::format("Step {}: {}", step.Number, step.Name);
    for (std::size_t i = 0; i < step.Actions.size(); ++i) {
      node.children.push_back(action_node(node.id, step, i));
    }
    node.status = status_of(node.children, storage::is_final(input_.task.state));
    take_times(node);
    return node;
  }

  Node action_node(const std::string& step_id, const planning::PlannedStep& step, std::size_t index) {
    const planning::PlannedAction& action = step.Actions[index];
    Node node;
    node.id = fmt::format("{}/{}", step_id, index + 1);
    node.name = step.Actions.size() == 1 ? "Slipway" : action.Name;
    if (action.Unit == 0) {
      node.status = NodeStatus::Skipped;
      node.lines = {{0, 0, "Info", input_.task.started.value_or(input_.task.queued), action.SkipReason}};
      return node;
    }
    node.unit = action.Unit;
    node.lines = std::move(lines_[action.Unit]);
    if (const auto unit = units_.find(action.Unit); unit != units_.end()) {
      node.status = status_of(*unit->second);
      node.started = unit->second->started;
      node.ended = unit->second->ended;
    } else if (storage::is_final(input_.task.state)) {
      node.status = NodeStatus::Skipped;  // its turn never came
    }
    return node;
  }

  const ActivityInput& input_;
  std::map<int, const storage::UnitRecord*> units_;
  std::map<int, std::vector<storage::LogLine>> lines_;
};

json::object element(const storage::LogLine& line) {
  return {{"Category", line.category},
          {"OccurredAt", to_rfc3339(line.occurred)},
          {"MessageText", line.text},
          {"Detail", nullptr},
          {"Number", line.number}};
}

json::object document(const Node& node) {
  json::array lines, children;
  for (const storage::LogLine& line : node.lines) lines.push_back(element(line));
  for (const Node& child : node.children) children.push_back(document(child));
  const bool is_over = node.status != NodeStatus::Pending && node.status != NodeStatus::Running;
  return {{"Id", node.id},
          {"Name", node.name},
          {"Status", json::name_of(node.status)},
          {"Started", json::to_json(node.started)},
          {"Ended", json::to_json(node.ended)},
          {"ShowAtSummaryLevel", true},
          {"ProgressPercentage", is_over ? 100 : 0},
          {"ProgressMessage", ""},
          {"Unit", json::to_json(node.unit)},
          {"LogElements", std::move(lines)},
          {"Children", std::move(children)}};
}

void append_raw(std::string& out, const Node& node, std::size_t depth) {
  const std::string indent(depth * 2, ' ');
  out += fmt::format("{:>19}   {:<9}|   {}== {}: {} ==\n", "", "", indent, json::name_of(node.status), node.name);
  for (const storage::LogLine& line : node.lines) {
    // "2024-05-01T02:03:04.567+00:00" → "2024-05-01 02:03:04"
    std::string time = to_rfc3339(line.occurred).substr(0, 19);
    time[10] = ' ';
    out += fmt::format("{}   {:<9}|   {}{}\n", time, line.category, indent, line.text);
  }
  for (const Node& child : node.children) append_raw(out, child, depth + 1);
}

}  // namespace

json::object activity_tree(const ActivityInput& input) { return document(TreeMaker(input).root()); }

int progress_percentage(const ActivityInput& input) {
  if (storage::is_final(input.task.state)) return 100;
  std::size_t all = 0;
  for (const planning::PlannedStep& step : input.plan.Steps) {
    for (const planning::PlannedAction& action : step.Actions) all += action.Unit != 0 ? 1 : 0;
  }
  const auto done = static_cast<std::size_t>(std::count_if(
      input.units.begin(), input.units.end(), [](const auto& unit) { return unit.state == storage::UnitState::done; }));
  return all == 0 ? 0 : static_cast<int>(100 * done / all);
}

std::string raw_log(const ActivityInput& input) {
  std::string out = fmt::format("Task ID:        {}\nTask status:    {}\nTask queued:    {}\n", input.task.id,
                                storage::to_string(input.task.state), to_rfc3339(input.task.queued));
  if (input.task.started) out += fmt::format("Task started:   {}\n", to_rfc3339(*input.task.started));
  if (input.task.completed) out += fmt::format("Task completed: {}\n", to_rfc3339(*input.task.completed));
  if (!input.task.error.empty()) out += fmt::format("Error:          {}\n", input.task.error);
  out += '\n';
  append_raw(out, TreeMaker(input).root(), 0);
  return out;
}

}  // namespace slipway::api
