#include "model/resources/projects/action_properties.h"

#include <doctest/doctest.h>

#include <string>

using namespace slipway::model;

TEST_CASE("every property misspelt by a letter is refused, and the right one named") {
  int tried = 0;
  for (const auto& property : ecs_service_properties()) {
    const std::string name(property.name);
    CHECK_FALSE(why_unknown_property(ecs_service_action, name));
    // The namespace itself stays right: "Slipwya.…" may be somebody else's.
    for (std::size_t at = name.rfind('.') + 1; at < name.size(); ++at) {
      for (const std::string& slip : {std::string(name).erase(at, 1), std::string(name).insert(at, 1, 'x')}) {
        CAPTURE(slip);
        const auto why = why_unknown_property(ecs_service_action, slip);
        REQUIRE(why);
        CHECK(why->find("Did you mean \"" + name + "\"?") != std::string::npos);
        ++tried;
      }
    }
  }
  MESSAGE(tried << " misspelt properties");
}

TEST_CASE("case counts in the name of a property") {
  CHECK(why_unknown_property(ecs_service_action, "slipway.ecs.cluster")
            .value()
            .ends_with("Did you mean \"Slipway.Ecs.Cluster\"?"));
}

TEST_CASE("properties of other namespaces are other people's") {
  CHECK_FALSE(why_unknown_property(ecs_service_action, "Octopus.Action.EnabledFeatures"));
  CHECK_FALSE(why_unknown_property(ecs_service_action, "Acme.Ecs.Clustre"));
  CHECK_FALSE(why_unknown_property("Octopus.AwsRunScript", "Octopus.Action.Aws.CloudFormationStackName"));
  CHECK(why_unknown_property("Octopus.Manual", "Slipway.Ecs.Clustre"));
}
