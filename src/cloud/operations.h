// Every call to AWS that the product makes, as data: tests try each of them against peers that fail.
#pragma once

#include <array>
#include <span>

#include "cloud/operation.h"

namespace slipway::aws {

namespace answers {
using enum AnswerKind;
inline constexpr std::array task_definition{AnswerMember{"taskDefinition/taskDefinitionArn", text}};
inline constexpr std::array task_definition_arns{AnswerMember{"taskDefinitionArns", list}};
inline constexpr std::array clusters{AnswerMember{"clusters", list}};
inline constexpr std::array services{AnswerMember{"services", list}};
inline constexpr std::array service{AnswerMember{"service/serviceName", text}};
inline constexpr std::array service_deployments{AnswerMember{"serviceDeployments", list}};
inline constexpr std::array service_revisions{AnswerMember{"serviceRevisions", list}};
inline constexpr std::array task_arns{AnswerMember{"taskArns", list}};
inline constexpr std::array tasks{AnswerMember{"tasks", list}};
inline constexpr std::array image_details{AnswerMember{"imageDetails", list}};
inline constexpr std::array repositories{AnswerMember{"repositories", list}};
inline constexpr std::array authorization{AnswerMember{"authorizationData/0/authorizationToken", text}};
inline constexpr std::array caller_identity{AnswerMember{"GetCallerIdentityResult/Account", text},
                                            AnswerMember{"GetCallerIdentityResult/Arn", text},
                                            AnswerMember{"GetCallerIdentityResult/UserId", text}};
inline constexpr std::array credentials{AnswerMember{"AssumeRoleResult/Credentials/AccessKeyId", text},
                                        AnswerMember{"AssumeRoleResult/Credentials/SecretAccessKey", text},
                                        AnswerMember{"AssumeRoleResult/Credentials/SessionToken", text},
                                        AnswerMember{"AssumeRoleResult/Credentials/Expiration", time}};
}  // namespace answers

namespace ecs {
inline constexpr Operation kRegisterTaskDefinition{
    kEcs, "RegisterTaskDefinition", CallGroup::task_definition_write, false, false, answers::task_definition};
inline constexpr Operation kDescribeTaskDefinition{kEcs,  "DescribeTaskDefinition", CallGroup::read, true,
                                                   false, answers::task_definition};
inline constexpr Operation kListTaskDefinitions{kEcs,  "ListTaskDefinitions",        CallGroup::read, true,
                                                false, answers::task_definition_arns};
inline constexpr Operation kDescribeClusters{kEcs, "DescribeClusters", CallGroup::read, true, false, answers::clusters};
inline constexpr Operation kDescribeServices{kEcs, "DescribeServices", CallGroup::read, true, false, answers::services};
// With forceNewDeployment a second call is a second deployment.
inline constexpr Operation kUpdateService{kEcs, "UpdateService", CallGroup::write, false, false, answers::service};
inline constexpr Operation kListServiceDeployments{kEcs, "ListServiceDeployments",    CallGroup::read, true,
                                                   true, answers::service_deployments};
inline constexpr Operation kDescribeServiceDeployments{kEcs, "DescribeServiceDeployments", CallGroup::read, true,
                                                       true, answers::service_deployments};
inline constexpr Operation kDescribeServiceRevisions{kEcs, "DescribeServiceRevisions", CallGroup::read, true,
                                                     true, answers::service_revisions};
inline constexpr Operation kListTasks{kEcs, "ListTasks", CallGroup::read, true, false, answers::task_arns};
inline constexpr Operation kDescribeTasks{kEcs, "DescribeTasks", CallGroup::read, true, false, answers::tasks};
}  // namespace ecs

namespace ecr {
inline constexpr Operation kDescribeImages{kEcr,  "DescribeImages",      CallGroup::read, true,
                                           false, answers::image_details};
inline constexpr Operation kDescribeRepositories{kEcr,  "DescribeRepositories", CallGroup::read, true,
                                                 false, answers::repositories};
inline constexpr Operation kGetAuthorizationToken{kEcr,  "GetAuthorizationToken", CallGroup::read, true,
                                                  false, answers::authorization};
}  // namespace ecr

namespace sts {
inline constexpr Operation kGetCallerIdentity{kSts,  "GetCallerIdentity",     CallGroup::sign_in, true,
                                              false, answers::caller_identity};
// A second session does no harm.
inline constexpr Operation kAssumeRole{kSts, "AssumeRole", CallGroup::sign_in, true, false, answers::credentials};
}  // namespace sts

inline constexpr std::array kOperations = {&ecs::kRegisterTaskDefinition,
                                           &ecs::kDescribeTaskDefinition,
                                           &ecs::kListTaskDefinitions,
                                           &ecs::kDescribeClusters,
                                           &ecs::kDescribeServices,
                                           &ecs::kUpdateService,
                                           &ecs::kListServiceDeployments,
                                           &ecs::kDescribeServiceDeployments,
                                           &ecs::kDescribeServiceRevisions,
                                           &ecs::kListTasks,
                                           &ecs::kDescribeTasks,
                                           &ecr::kDescribeImages,
                                           &ecr::kDescribeRepositories,
                                           &ecr::kGetAuthorizationToken,
                                           &sts::kGetCallerIdentity,
                                           &sts::kAssumeRole};

}  // namespace slipway::aws
