// A step type as people see it, declared as data: its name, and the inputs that it reads of an action's properties.
//
// From one declaration follow what a process is warned of when it is saved and what is refused (step_check.h), how the
// step reads its inputs (steps/input_reader.h), what the preview of a deployment shows, GET /api/steps, and the table
// of inputs in docs/. Step types make theirs (src/steps); the catalogue of resources carries them to whoever asks.
// Immutable; threads: any.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"

namespace slipway::model {

enum class InputKind {
  Text,      ///< any text
  Number,    ///< a whole number within bounds
  Flag,      ///< True or False in any case, also yes, no, 1 and 0
  Choice,    ///< one of `choices`, in any case
  JsonList,  ///< JSON; variables may stand for any part of it
  JsonObject,
  AwsRegion,        ///< such as eu-west-1
  AccountVariable,  ///< the name of a variable that holds an account
};
BOOST_DESCRIBE_ENUM(InputKind, Text, Number, Flag, Choice, JsonList, JsonObject, AwsRegion, AccountVariable)

/// One input as an action gives it, as far as it is known.
struct GivenInput {
  std::string written;               ///< in the process; may hold #{…}, and is "" where it is stored as a secret
  std::optional<std::string> value;  ///< what that comes to; nullopt while only a deployment tells
};
/// By name; what is left out or blank is not there.
using GivenInputs = std::map<std::string, GivenInput, std::less<>>;

/// Built by the functions below: `number_input("Slipway.Ecs.DesiredCount", 0, 5000, "tasks").left_out("unchanged")`.
struct StepInput {
  std::string name;  ///< of the action's property
  InputKind kind = InputKind::Text;
  std::string sentence;              ///< what it means; Markdown
  int least = 0, most = 0;           ///< of a number
  std::vector<std::string> choices;  ///< of a choice
  std::string fallback;              ///< the value of one that is left out; may hold #{…}; "" = none
  std::string without;               ///< what comes of leaving it out, in words where no value says it
  std::string give;                  ///< what to give, for one that may not be left out; "" = it may
  std::string unless;                ///< in words, when it may be left out all the same
  std::function<bool(const GivenInputs&)> is_told_otherwise;  ///< the same as a predicate
  std::string flag;         ///< the input that says whether this one counts; "" = it always does
  bool wanted_flag = true;  ///< what that must be
  bool is_secret = false;   ///< belongs into a sensitive value, not into the process as text

  bool is_required() const { return !give.empty(); }

  /// It may not be left out. `what` completes "… is missing: give".
  StepInput required(std::string what) const {
    return with([&](StepInput& i) { i.give = std::move(what); });
  }
  /// It may be where `is_told`, which `words` says: "required, unless …".
  StepInput required_unless(std::string what, std::string words,
                            std::function<bool(const GivenInputs&)> is_told) const {
    return with([&](StepInput& i) {
      i.give = std::move(what), i.unless = std::move(words), i.is_told_otherwise = std::move(is_told);
    });
  }
  StepInput otherwise(std::string value) const {
    return with([&](StepInput& i) { i.fallback = std::move(value); });
  }
  StepInput left_out(std::string words) const {
    return with([&](StepInput& i) { i.without = std::move(words); });
  }
  /// It counts only while that flag is True, and while it is not.
  StepInput only_with(std::string flag_name) const {
    return with([&](StepInput& i) { i.flag = std::move(flag_name), i.wanted_flag = true; });
  }
  StepInput only_without(std::string flag_name) const {
    return with([&](StepInput& i) { i.flag = std::move(flag_name), i.wanted_flag = false; });
  }

 private:
  template <class Edit>
  StepInput with(Edit edit) const {
    StepInput copy = *this;
    edit(copy);
    return copy;
  }
};

StepInput text_input(std::string name, std::string sentence);
StepInput secret_input(std::string name, std::string sentence);
StepInput number_input(std::string name, int least, int most, std::string sentence);
StepInput flag_input(std::string name, std::string sentence, bool otherwise = false);
/// The first choice is what one that is left out becomes.
StepInput choice_input(std::string name, std::vector<std::string> choices, std::string sentence);
StepInput json_list_input(std::string name, std::string sentence);
StepInput json_object_input(std::string name, std::string sentence);
StepInput region_input(std::string name, std::string sentence);
StepInput account_input(std::string name, std::string sentence);

struct StepDeclaration {
  std::string type;         ///< the ActionType that processes name it by, "Slipway.EcsService"
  std::string name;         ///< for people, "Deploy an Amazon ECS service"
  std::string category;     ///< "Aws"
  std::string description;  ///< a sentence
  std::vector<StepInput> inputs = {};
  /// Beginnings of names, besides "Slipway.", of which the step reads every property that there is: any other is a
  /// slip, and refused.
  std::vector<std::string> namespaces = {};
  /// Of these at least one must be given; else `nothing_given` says what is wrong.
  std::vector<std::string> at_least_one_of = {};
  std::string nothing_given = {};

  const StepInput* find(std::string_view input) const;
};

/// The Markdown table of its inputs, for docs/.
std::string input_docs(const StepDeclaration&);

/// Those of a server. Without any, nothing is known of steps, and nothing is checked.
class StepDeclarations {
 public:
  StepDeclarations() = default;
  explicit StepDeclarations(std::vector<StepDeclaration> all) : all_(std::move(all)) {}

  std::span<const StepDeclaration> all() const { return all_; }
  const StepDeclaration* find(std::string_view type) const;

 private:
  std::vector<StepDeclaration> all_;
};

}  // namespace slipway::model
