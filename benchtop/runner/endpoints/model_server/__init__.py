"""What runs inside an endpoint's process: a model, its script, and HTTP around them.

Started as a script by the interpreter that stands in for the container's image, so it imports the
standard library only (numpy and xgboost where a default function needs them), and nothing of ours
by its full name. The contract is the SageMaker inference toolkit's:
https://github.com/aws/sagemaker-inference-toolkit
"""
