// Amazon ECR as a feed: repositories are packages, image tags are versions.
#pragma once

#include "cloud/access.h"
#include "feeds/feed_types.h"

namespace slipway::feeds {

/// Opens feeds of the type AwsElasticContainerRegistry: by the feed's keys, else as the machine itself. While AWS's
/// limits hold calls back, a feed waits on its caller's thread, for up to 20 seconds from its opening.
OpenFeed ecr_feeds(aws::Access);

}  // namespace slipway::feeds
