#include "api/routes.h"

#include <iterator>

#include "api/compat/empty_routes.h"
#include "api/compat/fixed_routes.h"
#include "api/compat/question_routes.h"
#include "api/compat/root_routes.h"
#include "api/delivery/deployment_routes.h"
#include "api/delivery/queue_routes.h"
#include "api/delivery/release_routes.h"
#include "api/delivery/task_routes.h"
#include "api/http/metrics_route.h"
#include "api/http/open_api.h"
#include "api/http/server_status_routes.h"
#include "api/live/live_routes.h"
#include "api/live/task_log_routes.h"
#include "api/people/event_routes.h"
#include "api/people/user_routes.h"
#include "api/resources/feed_routes.h"
#include "api/resources/process_template_routes.h"
#include "api/resources/resource_routes.h"

namespace slipway::api {

std::vector<Route> all_routes(const model::Catalogue& catalogue) {
  std::vector<Route> all;
  const auto add = [&](std::vector<Route> area) {
    all.insert(all.end(), std::make_move_iterator(area.begin()), std::make_move_iterator(area.end()));
  };
  add(root_routes());
  add(server_status_routes());
  add(user_routes(catalogue));
  add(resource_routes(catalogue));
  add(question_routes());
  add(process_template_routes());
  add(feed_routes());
  add(release_routes());
  add(deployment_routes());
  add(task_routes());
  add(task_log_routes());
  add(live_routes());
  add(queue_routes());
  add(event_routes());
  add(empty_routes(catalogue));
  add(fixed_routes());
  all.push_back(metrics_route());
  all.push_back(open_api_route(all, catalogue));
  return all;
}

}  // namespace slipway::api
