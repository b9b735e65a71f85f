#include "model/resources/packages/feed.h"

#include <algorithm>
#include <iterator>

#include "model/aws_region.h"

namespace slipway::model {
namespace {

/// Where packages of a kind of feed can be fetched to; the first is what a step takes unless told otherwise.
Field locations(std::initializer_list<const char*> names) {
  json::array list;
  for (const char* name : names) list.emplace_back(name);
  return texts("PackageAcquisitionLocationOptions").otherwise(std::move(list)).server_set();
}

std::vector<Field> image_registry(std::vector<Field> own) {
  own.push_back(locations({"ExecutionTarget", "NotAcquired"}));
  return own;
}

std::vector<Field> package_store(std::vector<Field> own) {
  own.push_back(locations({"Server", "ExecutionTarget"}));
  return own;
}

/// A package store that is read over HTTP.
std::vector<Field> pulled(std::vector<Field> own) {
  own.push_back(text("FeedUri"));
  own.push_back(integer("DownloadAttempts", 5));
  own.push_back(integer("DownloadRetryBackoffSeconds", 10));
  return package_store(std::move(own));
}

Field oidc() { return anything("OidcAuthentication").omitted_when_null(); }

Changes feed_hook(const Edit& edit, const Lookup&, Problems& problems) {
  const json::object& feed = edit.is_deletion() ? *edit.before : *edit.after;
  if (json::text_at(feed, "FeedType") != "BuiltIn") return {};
  if (edit.is_deletion()) problems.add("The built-in feed can't be deleted: it is the server's own package store.");
  if (edit.is_creation() && !edit.user.empty()) {
    problems.add("FeedType BuiltIn can't be created: every space has its own already.");
  }
  return {};
}

}  // namespace

bool holds_images(std::string_view feed_type) {
  constexpr std::string_view registries[] = {"AwsElasticContainerRegistry", "Docker", "AzureContainerRegistry",
                                             "GoogleContainerRegistry"};
  return std::find(std::begin(registries), std::end(registries), feed_type) != std::end(registries);
}

Schema feed_schema() {
  return {
      .type = "Feed",
      .collection = "feeds",
      .id_prefix = "Feeds",
      .discriminator = "FeedType",
      .fields = {text("FeedType").required().fixed(), name_field(), slug_field(), text("Username").nullable(),
                 secret("Password"), warnings_field()},
      .kinds =
          {
              {"BuiltIn",
               package_store({integer("DeleteUnreleasedPackagesAfterDays").nullable(),
                              flag("DeletePackagesAssociatedWithReleases"), flag("IsBuiltInRepoSyncEnabled")})},
              {"AwsElasticContainerRegistry",
               image_registry({text("AccessKey").nullable().as_name(), secret("SecretKey"),
                               text("Region").required().as_name(), flag("UseMachineCredentials"), oidc()})},
              {"Docker", image_registry({text("FeedUri").required(), text("ApiVersion").nullable(),
                                         text("RegistryPath").nullable(), integer("DownloadAttempts", 5),
                                         integer("DownloadRetryBackoffSeconds", 10)})},
              {"AzureContainerRegistry", image_registry({text("FeedUri").required(), text("ApiVersion").nullable(),
                                                         text("RegistryPath").nullable(), oidc()})},
              {"GoogleContainerRegistry", image_registry({text("FeedUri").required(), text("ApiVersion").nullable(),
                                                          text("RegistryPath").nullable(), oidc()})},
              {"OciRegistry", pulled({})},
              {"NuGet", pulled({flag("EnhancedMode")})},
              {"Maven", pulled({})},
              {"GitHub", pulled({})},
              {"Helm", pulled({})},
              {"Npm", pulled({})},
              {"PyPi", pulled({})},
              {"OctopusProject", package_store({})},
              {"S3", package_store(
                         {text("AccessKey").nullable(), secret("SecretKey"), flag("UseMachineCredentials"), oidc()})},
              {"GcsStorage",
               package_store({text("Project").nullable(), flag("UseServiceAccountKey"), secret("ServiceAccountJsonKey"),
                              integer("DownloadAttempts", 5), integer("DownloadRetryBackoffSeconds", 10), oidc()})},
              {"ArtifactoryGeneric", pulled({text("Repository"), text("LayoutRegex")})},
          },
      .present = with_region_warning,
      .filters = {{"feedType", "FeedType"}},
      .links =
          {{"SearchTemplate",
            "<self>/"
            "packages{?packageId,partialMatch,includeMultipleVersions,includeNotes,includePreRelease,versionRange,"
            "preReleaseTag,take,skip}"},
           {"SearchPackagesTemplate", "<self>/packages/search{?term,take,skip}"},
           {"SearchPackageVersionsTemplate",
            "<self>/packages/"
            "versions{?packageId,take,skip,includePreRelease,versionRange,preReleaseTag,filter,includeReleaseNotes}"}},
      .list_template = "{?skip,take,ids,partialName,feedType,name}",
      .link_name = "Feeds",
      .permissions = {"FeedView", "FeedEdit", "FeedEdit", "FeedEdit"},
      .hook = feed_hook,
  };
}

}  // namespace slipway::model
