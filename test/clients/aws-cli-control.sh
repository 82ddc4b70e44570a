#!/usr/bin/env bash
# Does with the AWS CLI, from skeletons, files and short forms, all that its commands for models, endpoint configs,
# endpoints and tags can do, waits with its waiters and pages with its pages.
set -euo pipefail
cd "$(mktemp -d)"
trap 'echo "failed at line $LINENO" >&2' ERR

ARN=arn:aws:sagemaker:us-east-1:000000000000

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# expect WHAT COMMAND...: what it prints, white space aside.
expect() {
  local printed
  printed=$("${@:2}" | xargs)
  [ "$printed" = "$1" ] || fail "expected: $1" $'\n' "printed: $printed"
}

# refused CODE TEXT COMMAND...: with an error that names both.
refused() {
  local said
  if said=$("${@:3}" 2>&1); then fail "accepted: ${*:3}"; fi
  case $said in *"($1)"*"$2"*) ;; *) fail "expected: ($1) $2" $'\n' "said: $said" ;; esac
}

sagemaker() { aws sagemaker "$@"; }
text() { aws sagemaker "$@" --output text; }

# A skeleton has every member that the CLI knows, with choices at random: what is left out here is what stands in the
# place of something else.
fill() {
  sagemaker "$1" --generate-cli-skeleton | python3 -c "
import json, sys
filled = json.load(sys.stdin)
$2
print(json.dumps(filled, indent=2))"
}

# Models.
fill create-model '
container = filled["PrimaryContainer"]
for name in ("ModelDataSource", "AdditionalModelDataSources", "ModelPackageName", "InferenceSpecificationName",
             "MultiModelConfig", "ContainerMetricsConfig"):
    container.pop(name, None)
container.update(ContainerHostname="reader", Image="echo", Mode="SingleModel", ModelDataUrl="s3://models/reader.tar.gz",
                 ImageConfig={"RepositoryAccessMode": "Platform"}, Environment={"STAGE": "first"})
del filled["Containers"], filled["InferenceExecutionConfig"]
filled.update(ModelName="Reader", ExecutionRoleArn="arn:aws:iam::000000000000:role/any", EnableNetworkIsolation=True,
              Tags=[{"Key": "team", "Value": "readers"}],
              VpcConfig={"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]})
' >model.json
expect "$ARN:model/reader" text create-model --cli-input-json file://model.json --query ModelArn
sagemaker describe-model --model-name Reader >described.json
python3 - <<'END'
import json
sent, described = json.load(open("model.json")), json.load(open("described.json"))
del sent["Tags"]
assert {name: described[name] for name in sent} == sent, (sent, described)
END
sagemaker create-model --model-name plain --primary-container Image=echo,Environment={STAGE=second} >made.json
sagemaker create-model --model-name unstartable --primary-container Image=unstartable >made.json
refused ValidationException "Cannot create already existing model \"$ARN:model/plain\"." \
  aws sagemaker create-model --model-name plain --primary-container Image=echo
refused ValidationException "1 validation error detected: Value 'a_b' at 'modelName' failed to satisfy constraint" \
  aws sagemaker create-model --model-name a_b --primary-container Image=echo

# Endpoint configs.
fill create-endpoint-config '
variant = filled["ProductionVariants"][0]
for name in ("InstancePools", "VariantInstanceProvisionTimeoutInSeconds", "AcceleratorType", "ServerlessConfig",
             "CapacityReservationConfig", "CoreDumpConfig", "EnableSSMAccess", "AcceleratorPartitionLayouts"):
    variant.pop(name, None)
del variant["ManagedInstanceScaling"]
variant["RoutingConfig"] = {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"}
variant.update(VariantName="main", ModelName="plain", InitialInstanceCount=1, InitialVariantWeight=1.0, VolumeSizeInGB=8,
               ModelDataDownloadTimeoutInSeconds=600, ContainerStartupHealthCheckTimeoutInSeconds=600)
for name in ("DataCaptureConfig", "ExplainerConfig", "ShadowProductionVariants", "EnableNetworkIsolation", "MetricsConfig",
             "CrossRegionTrafficConfig"):
    filled.pop(name, None)
filled.update(EndpointConfigName="First", KmsKeyId="alias/key", ExecutionRoleArn="arn:aws:iam::000000000000:role/any",
              Tags=[{"Key": "team", "Value": "readers"}],
              VpcConfig={"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]})
filled["AsyncInferenceConfig"] = {
    "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
    "OutputConfig": {"S3OutputPath": "s3://results/out", "S3FailurePath": "s3://results/failed", "KmsKeyId": "alias/key"}}
' >config.json
expect "$ARN:endpoint-config/first" \
  text create-endpoint-config --cli-input-json file://config.json --query EndpointConfigArn
sagemaker describe-endpoint-config --endpoint-config-name First >described.json
python3 - <<'END'
import json
sent, described = json.load(open("config.json")), json.load(open("described.json"))
del sent["Tags"]
assert {name: described[name] for name in sent} == sent, (sent, described)
END
short() {
  sagemaker create-endpoint-config --endpoint-config-name "$1" --async-inference-config 'OutputConfig={}' \
    --production-variants "VariantName=main,ModelName=$2,InitialInstanceCount=1,InstanceType=ml.m5.xlarge" >made.json
}
short broken unstartable
short second plain

# Endpoints. The CLI's waiters look each half minute, so this one waits beside the rest.
expect "$ARN:endpoint/reader" text create-endpoint --endpoint-name Reader --endpoint-config-name First \
  --tags Key=team,Value=readers --query EndpointArn
sagemaker wait endpoint-in-service --endpoint-name Reader &
waiting=$!
in_service() {
  for _ in $(seq 60); do
    status=$(text describe-endpoint --endpoint-name "$1" --query EndpointStatus)
    case $status in Creating | Updating) sleep 0.3 ;; "$2") return ;; *) break ;; esac
  done
  fail "$1 is $status"
}
in_service Reader InService
expect 'First main 1 1 echo 4' text describe-endpoint --endpoint-name Reader --query \
  '[EndpointConfigName, ProductionVariants[0].[VariantName, CurrentInstanceCount, DesiredInstanceCount,
    DeployedImages[0].SpecifiedImage], AsyncInferenceConfig.ClientConfig.MaxConcurrentInvocationsPerInstance][]'
refused ValidationException "Cannot create already existing endpoint \"$ARN:endpoint/reader\"." \
  aws sagemaker create-endpoint --endpoint-name READER --endpoint-config-name First

# Updates: capacities, another config by each way to roll out, and one that does not start.
expect "$ARN:endpoint/reader" text update-endpoint-weights-and-capacities --endpoint-name Reader \
  --desired-weights-and-capacities VariantName=main,DesiredWeight=2,DesiredInstanceCount=2
in_service Reader InService
expect '2 2' text describe-endpoint --endpoint-name Reader \
  --query 'ProductionVariants[0].[DesiredWeight, DesiredInstanceCount]'
expect "$ARN:endpoint/reader" text update-endpoint --endpoint-name Reader --endpoint-config-name second \
  --retain-all-variant-properties --exclude-retained-variant-properties VariantPropertyType=DesiredWeight \
  --deployment-config 'BlueGreenUpdatePolicy={TrafficRoutingConfiguration={Type=CANARY,CanarySize={Type=CAPACITY_PERCENT,Value=50},WaitIntervalInSeconds=1},TerminationWaitInSeconds=0}'
in_service Reader InService
expect 'second 1 2 CANARY' text describe-endpoint --endpoint-name Reader --query \
  '[EndpointConfigName, ProductionVariants[0].[DesiredWeight, DesiredInstanceCount],
    LastDeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type][]'
fill update-endpoint '
for name in ("RetainAllVariantProperties", "ExcludeRetainedVariantProperties", "RetainDeploymentConfig"):
    filled.pop(name, None)
batch = {"Type": "INSTANCE_COUNT", "Value": 1}
filled.update(EndpointName="Reader", EndpointConfigName="First", DeploymentConfig={"RollingUpdatePolicy": {
    "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50}, "WaitIntervalInSeconds": 0}})
' >update.json
sagemaker update-endpoint --cli-input-json file://update.json >made.json
in_service Reader InService
sagemaker update-endpoint --endpoint-name Reader --endpoint-config-name broken >made.json
in_service Reader InService
expect 'First True' text describe-endpoint --endpoint-name Reader --query '[EndpointConfigName, FailureReason != `null`]'

# One that fails, and what the waiters say of it.
sagemaker create-endpoint --endpoint-name broken --endpoint-config-name broken >made.json
in_service broken Failed
if said=$(sagemaker wait endpoint-in-service --endpoint-name broken 2>&1); then fail 'waited for a failed endpoint'; fi
[[ $said == *'Waiter encountered a terminal failure state'* ]] || fail "$said"
if said=$(sagemaker wait endpoint-in-service --endpoint-name nobody 2>&1); then fail 'waited for nobody'; fi
[[ $said == *'terminal failure state'* ]] || fail "$said"
refused ValidationException "Could not find endpoint \"$ARN:endpoint/nobody\"." \
  aws sagemaker describe-endpoint --endpoint-name nobody

# Lists, which the CLI pages through by itself.
expect 'broken' text list-endpoints --status-equals Failed --query 'Endpoints[].EndpointName'
expect 'Reader plain unstartable' text list-models --sort-by Name --sort-order Ascending --page-size 1 \
  --query 'Models[].ModelName'
expect 'First broken second' text list-endpoint-configs --sort-by Name --sort-order Ascending --page-size 2 \
  --query 'EndpointConfigs[].EndpointConfigName'
expect 'Reader' sagemaker list-models --sort-by Name --sort-order Ascending --max-items 1 --query 'Models[0].ModelName'

# Tags.
expect 'team readers' text list-tags --resource-arn "$ARN:endpoint/reader" --query 'Tags[].[Key, Value]'
sagemaker add-tags --resource-arn "$ARN:endpoint/reader" --tags Key=cost,Value=42 Key=team,Value=writers >made.json
sagemaker delete-tags --resource-arn "$ARN:endpoint/reader" --tag-keys cost
expect 'team writers' text list-tags --resource-arn "$ARN:endpoint/reader" --query 'Tags[].[Key, Value]'

# The end.
wait "$waiting" || fail 'the waiter gave up'
for name in Reader broken; do
  sagemaker delete-endpoint --endpoint-name "$name"
  while sagemaker describe-endpoint --endpoint-name "$name" >made.json 2>said.txt; do sleep 0.2; done
  sagemaker wait endpoint-deleted --endpoint-name "$name"
done
for name in First second broken; do sagemaker delete-endpoint-config --endpoint-config-name "$name"; done
for name in Reader plain unstartable; do sagemaker delete-model --model-name "$name"; done
expect '' text list-models --query 'Models[]'
expect '' text list-endpoint-configs --query 'EndpointConfigs[]'
expect '' text list-endpoints --query 'Endpoints[]'
rm -rf "$PWD"
echo walked
