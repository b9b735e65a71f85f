// Any text parses or is refused, and evaluates within its limits over variables made of the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "language/templates/template.h"

using namespace slipway;
using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  VariableSet variables{{"A", "1,2"}, {"B", "#{A}"}, {"L[k].V", "v"}, {"J", R"({"x":[1,{"y":"#{A}"}]})"}};
  variables.set("Text", std::string(text));
  variables.set(text.substr(0, 40), std::string(text.substr(size / 2)));
  EvaluationOptions options;
  const Bindings bindings(variables);
  const EvaluationLimits limits{300, 1 << 20, 20'000, std::chrono::seconds(5)};
  for (const bool halt : {true, false}) {
    options.halt_on_error = halt;
    try {
      Budget budget(limits, time_of_this_thread);
      bindings.evaluate(text, budget, options);
    } catch (const Error&) {
    }
  }
  try {
    Budget budget(limits, time_of_this_thread);
    bindings.evaluate_all(budget, options);
    const Template parsed = Template::parse(text);
    if (parsed.error()) return 0;
    const Template again = Template::parse(parsed.to_string());
    if (!again.error() && again.to_string() != parsed.to_string()) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
