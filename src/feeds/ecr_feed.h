// Amazon ECR as a feed: repositories are packages, image tags are versions.
#pragma once

#include <stop_token>

#include "cloud/access.h"
#include "feeds/feed_types.h"

namespace slipway::feeds {

/// Opens feeds of the type AwsElasticContainerRegistry: by the feed's keys, else as the machine itself. While AWS's
/// limits hold calls back, a feed waits on its caller's thread, up to its deadline. A stop ends what feeds ask and wait
/// for.
OpenFeed ecr_feeds(aws::Access, std::stop_token stop = {});

}  // namespace slipway::feeds
