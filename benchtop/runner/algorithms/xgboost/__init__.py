"""The built-in XGBoost algorithm: ``python xgboost train`` inside a training job's ``/opt/ml``.

Written from the behaviour of https://github.com/aws/sagemaker-xgboost-container, whose wording
its messages have, and from
https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html.
Needs numpy, scipy and xgboost; pyarrow for Parquet.
"""
