"""What each framework's image does where the script has no function of its own."""

from __future__ import annotations

import importlib
from typing import Any

from . import conversions


class Generic:
    """Arrays in, arrays out: what the inference toolkit itself does."""

    def model_fn(self, model_dir: str) -> Any:
        """Load the model: every script must say how."""
        raise NotImplementedError(
            f"Please provide a model_fn implementation: {model_dir} holds a model that only the "
            "script can load."
        )

    def input_fn(self, body: Any, content_type: str) -> Any:
        """Turn a request's body into what predict_fn takes."""
        return conversions.decode(body, content_type)

    def predict_fn(self, data: Any, model: Any) -> Any:
        """Ask the model."""
        return model.predict(data)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        """Turn a prediction into a body of the type that the client accepts."""
        return conversions.encode(prediction, accept)


class ScikitLearn(Generic):
    """The scikit-learn image feeds single precision."""

    def input_fn(self, body: Any, content_type: str) -> Any:
        """Turn a request's body into an array of float32."""
        return super().input_fn(body, content_type).astype("float32")


class XGBoost(Generic):
    """The XGBoost image feeds a DMatrix."""

    def input_fn(self, body: Any, content_type: str) -> Any:
        """Turn CSV or LIBSVM into a DMatrix."""
        return conversions.matrix(body, content_type)

    def predict_fn(self, data: Any, model: Any) -> Any:
        """Ask the booster, which must not compare feature names: a request has none."""
        return model.predict(data, validate_features=False)


class PyTorch(Generic):
    """The PyTorch image feeds a tensor to the module itself."""

    def input_fn(self, body: Any, content_type: str) -> Any:
        """Turn a request's body into a tensor of float32."""
        array = super().input_fn(body, content_type).astype("float32")
        return importlib.import_module("torch").from_numpy(array)

    def predict_fn(self, data: Any, model: Any) -> Any:
        """Call the module without gradients."""
        with importlib.import_module("torch").no_grad():
            return model(data)

    def output_fn(self, prediction: Any, accept: str) -> Any:
        """Turn a tensor into a body of the type that the client accepts."""
        if hasattr(prediction, "detach"):
            prediction = prediction.detach().cpu().numpy()
        return super().output_fn(prediction, accept)


FRAMEWORKS = {"xgboost": XGBoost, "scikit-learn": ScikitLearn, "pytorch": PyTorch}


def framework(image: str) -> Generic:
    """The defaults of the framework that an image's name speaks of."""
    found = (each for word, each in FRAMEWORKS.items() if word in image)
    return next(found, Generic)()
