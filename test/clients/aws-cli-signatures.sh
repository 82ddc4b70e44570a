# Calls Ebb with the AWS CLI, signed rightly and wrongly, where nobody gets in without a key.
set -euo pipefail

refused() { # CODE COMMAND...
  local code=$1 told
  shift
  if told=$("$@" 2>&1); then
    echo "accepted: $*" >&2
    exit 1
  fi
  [[ $told == *"($code)"* ]] || { echo "expected $code, not: $told" >&2; exit 1; }
}

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
echo content > "$folder/file"
head -c 9000000 /dev/zero > "$folder/large"

aws s3 mb s3://cli > "$folder/log"
aws s3 cp --only-show-errors "$folder/file" 's3://cli/a b+c'
aws s3 cp --only-show-errors "$folder/large" s3://cli/large
[[ $(aws s3 cp 's3://cli/a b+c' -) == content ]]
[[ $(aws s3 ls s3://cli/large) == *9000000* ]]
[[ $(curl -s "$(aws s3 presign 's3://cli/a b+c')") == content ]]
aws sagemaker list-models > "$folder/log"
aws sts get-caller-identity > "$folder/log"
aws sns list-topics > "$folder/log"
aws sqs list-queues --endpoint-url "$AWS_ENDPOINT_URL" > "$folder/log" # Its own address comes first otherwise.
aws cloudwatch list-metrics > "$folder/log"
aws application-autoscaling describe-scalable-targets --service-namespace sagemaker > "$folder/log"

wrong=(env AWS_SECRET_ACCESS_KEY=wrong aws)
refused SignatureDoesNotMatch "${wrong[@]}" s3 ls
refused InvalidSignatureException "${wrong[@]}" sagemaker list-models
refused SignatureDoesNotMatch "${wrong[@]}" sts get-caller-identity
refused SignatureDoesNotMatch "${wrong[@]}" sqs list-queues --endpoint-url "$AWS_ENDPOINT_URL"
unknown=(env AWS_ACCESS_KEY_ID=AKIANOBODY aws)
refused InvalidAccessKeyId "${unknown[@]}" s3 ls
refused UnrecognizedClientException "${unknown[@]}" sagemaker list-models
refused InvalidClientTokenId "${unknown[@]}" sns list-topics
unsigned=(aws --no-sign-request)
refused AccessDenied "${unsigned[@]}" s3 ls s3://cli
refused MissingAuthenticationTokenException "${unsigned[@]}" sagemaker list-models
refused MissingAuthenticationToken "${unsigned[@]}" sns list-topics

echo walked
