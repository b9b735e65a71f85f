#include "documents/reference_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "documents/tag_names.h"
#include "model/references.h"

namespace slipway::documents {
namespace {

/// Each is looked up, so a document may not have any number of them.
constexpr std::size_t kMostReferences = 20'000;

/// Says what is wrong with the pointer, and what its sender probably meant.
std::string problem_with(storage::Reader& reader, const model::Edge& edge, const std::string& space) {
  for (const std::string& type : edge.targets) {
    for (const std::string& scope : {space, std::string()}) {
      const auto named = storage::find_resource_by_name(reader, type, scope, "", edge.target);
      if (named)
        return fmt::format("{}: '{}' is the name of {}; give its id, {}.", edge.field, edge.target, with_article(type),
                           named->id);
    }
  }
  return fmt::format("{}: '{}' was not found; give the id of an existing {}.", edge.field, edge.target,
                     fmt::join(edge.targets, " or "));
}

/// What the database says of a pointer's target.
enum class Target { there, elsewhere, nowhere };

Target look_up(storage::Reader& reader, const model::Edge& edge, const std::string& space) {
  const auto target = storage::find_resource(reader, edge.target);
  if (!target) return Target::nowhere;
  const bool is_visible = target->space.empty() || target->space == space;
  const bool has_type = std::find(edge.targets.begin(), edge.targets.end(), target->type) != edge.targets.end();
  return is_visible && has_type ? Target::there : Target::elsewhere;
}

class Check {
 public:
  Check(storage::Reader& reader, const model::Schema& schema, const std::string& space, const Checked& checked,
        Problems& problems)
      : reader_(reader), space_(space), checked_(checked), problems_(problems), tags_(reader, space) {
    if (checked.before == nullptr) return;
    for (const model::Edge& edge : model::edges_of(schema, *checked.before)) known_.emplace(edge.field, edge.target);
  }

  void add(const model::Edge& edge) {
    if (!seen_.emplace(edge.field, edge.target).second) return;
    if (edge.declared->kind == model::FieldKind::tags) {
      add_tag(edge);
    } else {
      add_id(edge);
    }
  }
  std::size_t size() const { return seen_.size(); }
  FoundReferences take() { return std::move(found_); }

 private:
  bool is_known(const model::Edge& edge) const { return known_.contains({edge.field, edge.target}); }
  bool is_copied() const { return checked_.sender == model::Sender::server; }

  void add_id(const model::Edge& edge) {
    const bool is_promised = is_known(edge) || checked_.to_come.contains(edge.target);
    const Target found = is_promised ? Target::there : look_up(reader_, edge, space_);
    if (found != Target::there && edge.declared->is_warned) {
      found_.warnings.push_back(problem_with(reader_, edge, space_));
      // Of another space's document nothing may depend on what is written here.
      if (found == Target::elsewhere) return;
    } else if (found != Target::there) {
      if (is_copied() && edge.declared->on_delete == model::OnDelete::ignore) return;
      problems_.add(problem_with(reader_, edge, space_));
      return;
    }
    found_.references.push_back({edge.field, edge.target});
  }

  void add_tag(const model::Edge& edge) {
    const auto tag = tags_.find(edge.target);
    if (!tag) {
      if (!is_known(edge) && !is_copied()) problems_.add(fmt::format("{}: {}", edge.field, tags_.unknown(edge.target)));
      return;
    }
    found_.references.push_back({edge.field, tag->set});
    if (!tag->tag.empty()) found_.references.push_back({edge.field, tag->tag});
  }

  storage::Reader& reader_;
  const std::string& space_;
  const Checked& checked_;
  Problems& problems_;
  TagNames tags_;
  std::set<std::pair<std::string, std::string>> known_, seen_;
  FoundReferences found_;
};

}  // namespace

FoundReferences check_references(storage::Reader& reader, const model::Schema& schema, const std::string& space,
                                 const Checked& checked, Problems& problems) {
  Check check(reader, schema, space, checked, problems);
  for (const model::Edge& edge : model::edges_of(schema, checked.after)) {
    check.add(edge);
    if (check.size() > kMostReferences) {
      problems.add(fmt::format("The document refers to more than {} others; that many are allowed.", kMostReferences));
      return {};
    }
  }
  return check.take();
}

}  // namespace slipway::documents
