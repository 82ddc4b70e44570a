"""Puts, describes and deletes every kind of scaling policy, alarm and scheduled action with boto3, and much that is wrong."""

import datetime

import boto3

from steps import refused

NAMESPACE = {"ServiceNamespace": "sagemaker"}
TARGET = {
    **NAMESPACE,
    "ResourceId": "endpoint/scaled/variant/main",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
ENDPOINT = [{"Name": "EndpointName", "Value": "scaled"}]

sagemaker = boto3.client("sagemaker")
scaling = boto3.client("application-autoscaling")
cloudwatch = boto3.client("cloudwatch")


def tracking(**differences):
    configuration = {
        "TargetValue": 5.0,
        "CustomizedMetricSpecification": {
            "MetricName": "ApproximateBacklogSizePerInstance",
            "Namespace": "AWS/SageMaker",
            "Dimensions": ENDPOINT,
            "Statistic": "Average",
        },
        "ScaleInCooldown": 60,
        "ScaleOutCooldown": 30,
        **differences,
    }
    return {name: value for name, value in configuration.items() if value is not None}


def stepping(*steps, **differences):
    return {
        "AdjustmentType": "ChangeInCapacity",
        "MetricAggregationType": "Average",
        "Cooldown": 300,
        "StepAdjustments": [
            {key: value for key, value in zip(("MetricIntervalLowerBound", "MetricIntervalUpperBound", "ScalingAdjustment"), step) if value is not None}
            for step in steps
        ],
        **differences,
    }


def policies():
    return scaling.describe_scaling_policies(**NAMESPACE)["ScalingPolicies"]


def alarms(**which):
    return cloudwatch.describe_alarms(**which)["MetricAlarms"]


sagemaker.create_model(
    ModelName="scaled", ExecutionRoleArn="arn:aws:iam::000000000000:role/any", PrimaryContainer={"Image": "ocr"}
)
sagemaker.create_endpoint_config(
    EndpointConfigName="scaled",
    ProductionVariants=[{"VariantName": "main", "ModelName": "scaled", "InitialInstanceCount": 1}],
    AsyncInferenceConfig={"OutputConfig": {}},
)
sagemaker.create_endpoint(EndpointName="scaled", EndpointConfigName="scaled")
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="scaled", WaiterConfig={"Delay": 1, "MaxAttempts": 60})

# Policies belong to scalable targets.
refused(scaling.put_scaling_policy, "ObjectNotFoundException", "scalable target",
        **TARGET, PolicyName="track", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=tracking())
target = scaling.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=2, Tags={"team": "readers"})
arn = target["ScalableTargetARN"]
scaling.tag_resource(ResourceARN=arn, Tags={"cost": "42"})
assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "readers", "cost": "42"}
scaling.untag_resource(ResourceARN=arn, TagKeys=["cost"])
refused(scaling.register_scalable_target, "ValidationException", "", **{**TARGET, "ServiceNamespace": "ecs"}, MinCapacity=0, MaxCapacity=1)

# Target tracking, with its two alarms.
put = scaling.put_scaling_policy(
    **TARGET, PolicyName="track", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=tracking()
)
assert len(put["Alarms"]) == 2, put
names = [alarm["AlarmName"] for alarm in put["Alarms"]]
assert all(name.startswith("TargetTracking-endpoint/scaled/variant/main-Alarm") for name in names), names
(policy,) = policies()
assert policy["PolicyARN"] == put["PolicyARN"] and policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 5.0
high = next(alarm for alarm in alarms(AlarmNamePrefix="TargetTracking-") if "AlarmHigh" in alarm["AlarmName"])
assert (high["Threshold"], high["EvaluationPeriods"], high["Period"]) == (5.0, 3, 60), high
assert high["AlarmActions"] == [put["PolicyARN"]], high

# Others rewrite those alarms: the edited ones are the ones to act on.
cloudwatch.put_metric_alarm(
    AlarmName=high["AlarmName"], AlarmActions=high["AlarmActions"], MetricName=high["MetricName"],
    Namespace=high["Namespace"], Dimensions=high["Dimensions"], Statistic=high["Statistic"], Period=60,
    EvaluationPeriods=1, Threshold=7.0, ComparisonOperator="GreaterThanThreshold",
)
assert alarms(AlarmNames=[high["AlarmName"]])[0]["Threshold"] == 7.0

for text, configuration in {
    "PredefinedMetricSpecification": tracking(CustomizedMetricSpecification=None),
    "TargetValue": tracking(TargetValue=-1.0),
}.items():
    refused(scaling.put_scaling_policy, "ValidationException", text, **TARGET, PolicyName="bad",
            PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=configuration)
refused(scaling.put_scaling_policy, "ValidationException", "", **TARGET, PolicyName="bad", PolicyType="TargetTrackingScaling")
refused(scaling.put_scaling_policy, "ValidationException", "", **TARGET, PolicyName="bad", PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking(), StepScalingPolicyConfiguration=stepping((0, None, 1)))

# Step scaling.
step = scaling.put_scaling_policy(
    **TARGET, PolicyName="step", PolicyType="StepScaling",
    StepScalingPolicyConfiguration=stepping((0, 10, 1), (10, None, 2)),
)
assert step["Alarms"] == [], step
refused(scaling.put_scaling_policy, "ValidationException", "", **TARGET, PolicyName="bad", PolicyType="StepScaling",
        StepScalingPolicyConfiguration=stepping((0, 10, 1), (5, None, 2)))
refused(scaling.put_scaling_policy, "ValidationException", "", **TARGET, PolicyName="bad", PolicyType="StepScaling",
        StepScalingPolicyConfiguration=stepping((0, 10, 1), (20, None, 2)))
assert {found["PolicyName"] for found in policies()} == {"track", "step"}

# Alarms of one's own.
backlog = {
    "AlarmName": "backlog", "Namespace": "AWS/SageMaker", "MetricName": "HasBacklogWithoutCapacity",
    "Dimensions": ENDPOINT, "Statistic": "Average", "Period": 60, "EvaluationPeriods": 2, "DatapointsToAlarm": 2,
    "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "missing",
    "AlarmActions": [step["PolicyARN"]],
}
cloudwatch.put_metric_alarm(**backlog)
refused(cloudwatch.put_metric_alarm, "ValidationError", "", **{**backlog, "AlarmName": "bad", "MetricName": "BacklogSize"})
refused(cloudwatch.put_metric_alarm, "ValidationError", "", **{**backlog, "AlarmName": "bad", "Period": 45})
refused(cloudwatch.put_metric_alarm, "ValidationError", "", **{**backlog, "AlarmName": "bad", "DatapointsToAlarm": 3})
assert not alarms(AlarmNames=["bad"])
cloudwatch.disable_alarm_actions(AlarmNames=["backlog"])
assert alarms(AlarmNames=["backlog"])[0]["ActionsEnabled"] is False
cloudwatch.set_alarm_state(AlarmName="backlog", StateValue="ALARM", StateReason="a drill")
cloudwatch.enable_alarm_actions(AlarmNames=["backlog"])
history = cloudwatch.describe_alarm_history(AlarmName="backlog")["AlarmHistoryItems"]
assert {item["HistoryItemType"] for item in history} >= {"ConfigurationUpdate", "StateUpdate"}, history
refused(cloudwatch.set_alarm_state, "ResourceNotFound", "", AlarmName="nobody", StateValue="OK", StateReason="a drill")

# Metrics of one's own, read back by both calls.
now = datetime.datetime.now(datetime.timezone.utc)
cloudwatch.put_metric_data(
    Namespace="Drill", MetricData=[{"MetricName": "Pressure", "Dimensions": ENDPOINT, "Value": value} for value in (1, 2, 6)]
)
span = {"StartTime": now - datetime.timedelta(minutes=5), "EndTime": now + datetime.timedelta(minutes=5)}
(point,) = cloudwatch.get_metric_statistics(
    Namespace="Drill", MetricName="Pressure", Dimensions=ENDPOINT, Period=600, Statistics=["Average", "Maximum"], **span
)["Datapoints"]
assert (point["Average"], point["Maximum"]) == (3.0, 6.0), point
(line,) = cloudwatch.get_metric_data(
    MetricDataQueries=[
        {"Id": "m", "ReturnData": False, "MetricStat": {
            "Metric": {"Namespace": "Drill", "MetricName": "Pressure", "Dimensions": ENDPOINT}, "Period": 600, "Stat": "Sum"}},
        {"Id": "e", "Expression": "m * 10"},
    ],
    **span,
)["MetricDataResults"]
assert line["Values"] == [90.0], line
refused(cloudwatch.put_metric_data, "InvalidParameterValue", "AWS/", Namespace="AWS/SageMaker",
        MetricData=[{"MetricName": "Mine", "Value": 1}])

# Scheduled actions of each kind.
soon = (now + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
for name, schedule in {"once": f"at({soon})", "often": "rate(5 minutes)", "workdays": "cron(0 9 ? * MON-FRI *)"}.items():
    scaling.put_scheduled_action(
        **TARGET, ScheduledActionName=name, Schedule=schedule, Timezone="Europe/Paris", ScalableTargetAction={"MaxCapacity": 2}
    )
found = scaling.describe_scheduled_actions(**NAMESPACE)["ScheduledActions"]
assert {action["ScheduledActionName"] for action in found} == {"once", "often", "workdays"}, found
for schedule in ("cron(61 9 ? * MON *)", "cron(0 9 * * *)", "rate(0 minutes)", "at(yesterday)", "every day"):
    refused(scaling.put_scheduled_action, "ValidationException", "", **TARGET, ScheduledActionName="bad", Schedule=schedule,
            ScalableTargetAction={"MaxCapacity": 2})
refused(scaling.put_scheduled_action, "ValidationException", "", **TARGET, ScheduledActionName="bad",
        Schedule="rate(1 day)", Timezone="Mars/Olympus", ScalableTargetAction={"MaxCapacity": 2})
refused(scaling.delete_scheduled_action, "ObjectNotFoundException", "", **TARGET, ScheduledActionName="bad")
scaling.delete_scheduled_action(**TARGET, ScheduledActionName="once")

# A tracking policy takes its alarms along; an alarm of one's own stays, without the action.
scaling.delete_scaling_policy(**TARGET, PolicyName="track")
assert not alarms(AlarmNamePrefix="TargetTracking-")
scaling.delete_scaling_policy(**TARGET, PolicyName="step")
assert alarms(AlarmNames=["backlog"])[0]["AlarmActions"] == []
refused(scaling.delete_scaling_policy, "ObjectNotFoundException", "", **TARGET, PolicyName="step")
cloudwatch.delete_alarms(AlarmNames=["backlog"])

# What is left goes with the target.
scaling.put_scaling_policy(
    **TARGET, PolicyName="track", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=tracking()
)
scaling.deregister_scalable_target(**TARGET)
assert not policies() and not alarms() and not scaling.describe_scheduled_actions(**NAMESPACE)["ScheduledActions"]

sagemaker.delete_endpoint(EndpointName="scaled")
sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="scaled", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
sagemaker.delete_endpoint_config(EndpointConfigName="scaled")
sagemaker.delete_model(ModelName="scaled")
print("walked")
