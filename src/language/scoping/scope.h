// Which value of a variable applies where: scopes, ranks and ties (docs/language.md, Which value wins; VAR-1,
// VAR-2, VAR-3).
//
// A VariableCatalog is made once of everything that defines variables for a release (project and library snapshots,
// tenant values, system values …) and resolved for each deployment, step and target with another ScopeContext.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "language/templates/variables.h"

namespace slipway::language {

/// The kinds of a scope, most specific first (VAR-2). `role` counts more where the step targets that role.
enum class ScopeKind { action, machine, role, tenant, tenant_tag, environment, channel, process_owner, project };
inline constexpr std::size_t kScopeKindCount = 9;

/// The wire name, e.g. "TenantTag", and back ignoring case ("TargetRole" is Role's other name).
std::string_view to_string(ScopeKind);
std::optional<ScopeKind> scope_kind_of(std::string_view name);

/// Kind → ids (roles by name, tags as "Set/Tag"). A value applies where, for every kind present, one id matches.
using Scope = std::map<ScopeKind, std::vector<std::string>>;

/// Where a value was defined. Earlier ones are for system use; the order of `project` and `library` decides ties.
enum class VariableSource {
  system,          ///< built in; never overridden
  passed,          ///< given by a parent deployment or a trigger
  prompted,        ///< given when the deployment was created
  project,         ///< the project's variables
  library,         ///< an included library set
  tenant_project,  ///< a tenant's value of a project template
  tenant_common,   ///< a tenant's value of a library set's template
  output,          ///< set by an earlier step
  step,            ///< a property or parameter of the step itself
};
std::string_view to_string(VariableSource);

struct Variable {
  std::string id;
  std::string name;
  std::optional<std::string> value;  ///< nullopt: defined as null, or a secret that is not loaded
  std::string type = "String";
  bool is_sensitive = false;
  Scope scope;
  VariableSource source = VariableSource::project;
  std::string source_name;  ///< of the project, library set, tenant or step, for explanations
};

/// What a deployment, step and target are. An absent part matches no scope of its kind.
struct ScopeContext {
  std::optional<std::string> environment, machine, action, channel, tenant, process_owner, project;
  std::vector<std::string> machine_roles;  ///< of the target
  std::vector<std::string> target_roles;   ///< that the step targets
  std::vector<std::string> tenant_tags;    ///< canonical "Set/Tag"
};

/// How one definition fared against the others of its name.
struct Candidate {
  const Variable* variable = nullptr;
  bool applies = false;
  std::int64_t rank = 0;  ///< meaningful when it applies
  std::string reason;     ///< a sentence for a person
};

struct Explanation {
  std::string name;
  const Variable* winner = nullptr;    ///< null when no definition applies
  std::vector<Candidate> candidates;   ///< the winner first, then by falling rank, then those that do not apply
  std::optional<std::string> warning;  ///< set when equal definitions tied and only their order decided (VAR-2)
};

/// The winners for one context. Points into the catalog that made it.
class ResolvedVariables {
 public:
  /// In the order in which the names were first defined.
  const std::vector<const Variable*>& winners() const& { return winners_; }
  std::vector<const Variable*> winners() && { return std::move(winners_); }
  /// One sentence for each name whose winner was decided by the order of definition alone.
  const std::vector<std::string>& warnings() const& { return warnings_; }
  std::vector<std::string> warnings() && { return std::move(warnings_); }
  VariableSet to_variable_set() const;

 private:
  friend class VariableCatalog;
  std::vector<const Variable*> winners_;
  std::vector<std::string> warnings_;
};

/// Immutable. Threads: any.
class VariableCatalog {
 public:
  /// In the order of definition, which decides ties (VAR-2): a project's as its variable set has them, then those of
  /// each library set in the order of inclusion.
  explicit VariableCatalog(std::vector<Variable> variables);
  VariableCatalog(VariableCatalog&&) = default;
  VariableCatalog& operator=(VariableCatalog&&) = default;

  /// The winning value of each name that has one.
  ResolvedVariables resolve(const ScopeContext&) const;
  /// Why `name` (ignoring case) has the value that it has.
  Explanation explain(std::string_view name, const ScopeContext&) const;

  const std::vector<Variable>& variables() const { return variables_; }

 private:
  using Atom = std::uint32_t;     // an id of one kind that some scope names
  using Standing = std::int64_t;  // what definitions are ordered by; kNotApplicable when the scope does not match
  struct ScopeClass {             // a scope and source that many definitions share
    std::vector<std::pair<ScopeKind, std::vector<Atom>>> kinds;
    Standing rank;
    Standing rank_if_role_targeted;
  };
  struct Definition {
    std::uint32_t variable;
    std::uint32_t scope_class;
  };
  struct Name {
    std::string folded;
    std::uint32_t first, count;  // its definitions, best tie order first
  };
  class Matcher;

  std::uint32_t class_of(const Variable&);
  std::vector<Standing> standings(const ScopeContext&) const;
  Explanation explain(const Name&, const ScopeContext&, const std::vector<Standing>&) const;

  std::vector<Variable> variables_;
  std::vector<Name> names_;
  std::vector<Definition> definitions_;  // grouped by name
  std::vector<ScopeClass> classes_;
  std::array<std::unordered_map<std::string, Atom>, kScopeKindCount> atoms_;
  std::unordered_map<std::string, std::uint32_t> class_ids_;
  std::unordered_map<std::string, std::uint32_t> name_ids_;
};

/// The rank of a scope where it applies; more specific is larger (docs/language.md, Which value wins).
/// `role_targeted`: one of its roles is on the machine and targeted by the step.
std::int64_t scope_rank(const Scope&, VariableSource, bool role_targeted);

/// A property of an object that a typed variable names, e.g. {"AccessKey", "AKIA…", false}.
struct ObjectProperty {
  std::string name;
  std::string value;
  bool is_sensitive = false;
};

/// The variable itself (value = the object's id) and `Name.Property` for each property its type has (VAR-11).
/// Properties that the type does not have are left out, so that accounts do not leak what steps may not see.
std::vector<Variable> expand_typed_variable(const Variable&, const std::vector<ObjectProperty>& properties);

}  // namespace slipway::language
