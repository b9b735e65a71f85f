// Amazon ECR as a feed: repositories are packages, image tags are versions.
#pragma once

#include <functional>
#include <memory>

#include "cloud/credential_sources.h"
#include "feeds/feed_types.h"

namespace slipway::feeds {

/// What opening an ECR feed needs; the references outlive every feed.
struct EcrParts {
  aws::Runtime& runtime;
  aws::CredentialCache& credentials;
  /// The machine's own identity, for feeds that store no keys.
  std::function<std::unique_ptr<aws::CredentialSource>()> own_credentials;
};

/// Opens feeds of the type AwsElasticContainerRegistry: by the feed's keys, else as the machine itself.
OpenFeed ecr_feeds(EcrParts);

}  // namespace slipway::feeds
