#include "model/resources/infrastructure/environment.h"

namespace slipway::model {

Schema environment_schema() {
  return {
      .type = "Environment",
      .collection = "environments",
      .id_prefix = "Environments",
      .dimension = Dimension::environment,
      .fields = {name_field(), slug_field(), description_field(), integer("SortOrder").keeps(),
                 flag("UseGuidedFailure"), flag("AllowDynamicInfrastructure"), tags("EnvironmentTags"),
                 anything("ExtensionSettings", json::array()), choice("Type", {"Static"}).server_set()},
      .order = Order::by_sort_order,
      .filters = {{"type", "Type"}},
      .list_aliases = {"environments/v2"},  // of every Type; we have static ones only
      .links = {{"Machines", "<self>/machines{?skip,take}"}},
      .list_template = "{?name,skip,ids,take,partialName}",
      .link_name = "Environments",
      .permissions = permissions_of("Environment"),
  };
}

}  // namespace slipway::model
