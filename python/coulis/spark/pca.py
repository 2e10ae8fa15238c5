"""PCA and PCAModel: the PCA of `coulis run` as steps of a pyspark.ml pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark import keyword_only
from pyspark.ml import Estimator, Model
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import (
    DefaultParamsReadable,
    DefaultParamsReader,
    DefaultParamsWritable,
    DefaultParamsWriter,
    MLWritable,
)
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DoubleType, FloatType, StructField, StructType

from coulis import _core
from coulis.options import OPTIONS
from coulis.spark.arrow_batches import check_columns, to_lists, to_matrix
from coulis.spark.moments import collect_sum, sum_partitions
from coulis.spark.packages import check_packages
from coulis.spark.params import add_params, defaults_of, read_params

PCA_OPTIONS = [option for option in OPTIONS if option.group == "pca"]
LEVELS_BY_TASKS = 2  # the driver gets one sum per 1,024 partitions


class PCA(Estimator["PCAModel"], HasInputCol, HasOutputCol, DefaultParamsReadable["PCA"], DefaultParamsWritable):
    """Fits k components, or the fewest that explain a share `variance`, to a column of array<float>.

    Ignores null rows. The Params are the options of `coulis run` for its PCA, such as `k`, `variance` and
    `convention`: "centred" subtracts the mean when it projects, as scikit-learn does; "spark" does not, like MLlib.
    Unlike MLlib's, the sign of a component is fixed: its largest loading is positive.
    """

    @keyword_only
    def __init__(self, *, inputCol: str = "features", outputCol: str = "pca", **options: Any) -> None:
        super().__init__()
        self._setDefault(inputCol="features", outputCol="pca", **defaults_of(PCA_OPTIONS))
        self.setParams(**self._input_kwargs)

    _input_kwargs: dict[str, Any]  # set by keyword_only

    def setParams(self, **values: Any) -> PCA:
        """Sets any Params of the constructor."""
        self._set(**values)
        return self

    def setInputCol(self, value: str) -> PCA:
        return self.setParams(inputCol=value)

    def setOutputCol(self, value: str) -> PCA:
        return self.setParams(outputCol=value)

    def setK(self, value: int) -> PCA:
        return self.setParams(k=value)

    def _fit(self, dataset: DataFrame) -> PCAModel:
        check_packages()
        source = self.getInputCol()
        check_type(dataset.schema, source)
        moments = collect_sum(sum_partitions(dataset.select(source)), LEVELS_BY_TASKS)
        return self._copyValues(PCAModel(moments.fit(**read_params(self, PCA_OPTIONS))))


add_params(PCA, PCA_OPTIONS)


class PCAModel(Model, HasInputCol, HasOutputCol, DefaultParamsReadable["PCAModel"], MLWritable):
    """Adds array<double>: the features projected to the components. `pca` has components and variances as arrays."""

    def __init__(self, pca: _core.Pca = None) -> None:  # type: ignore[assignment]  # load() gives it later
        super().__init__()
        self._setDefault(inputCol="features", outputCol="pca")
        self.pca = pca

    def setInputCol(self, value: str) -> PCAModel:
        self._set(inputCol=value)
        return self

    def setOutputCol(self, value: str) -> PCAModel:
        self._set(outputCol=value)
        return self

    def write(self) -> PCAModelWriter:
        return PCAModelWriter(self)

    @classmethod
    def read(cls) -> PCAModelReader:
        return PCAModelReader(cls)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        check_packages()
        source, target = self.getInputCol(), self.getOutputCol()
        check_type(dataset.schema, source)
        incoming = dataset.schema.names
        if target in incoming:
            raise ValueError(f"the column {target} already exists")
        model = self.pca.to_safetensors()
        schema = StructType([*dataset.schema.fields, StructField(target, ArrayType(DoubleType()))])
        return dataset.mapInArrow(lambda batches: project_batches(model, incoming, source, target, batches), schema)


class PCAModelWriter(DefaultParamsWriter):
    """Writes, besides the parameters, a Parquet file with one row: the bytes of pca_model.safetensors."""

    instance: PCAModel

    def saveImpl(self, path: str) -> None:
        super().saveImpl(path)
        data = self.sparkSession.createDataFrame([(bytearray(self.instance.pca.to_safetensors()),)], "model binary")
        data.coalesce(1).write.parquet(f"{path}/data")


class PCAModelReader(DefaultParamsReader[PCAModel]):
    def load(self, path: str) -> PCAModel:
        model = super().load(path)
        (row,) = self.sparkSession.read.parquet(f"{path}/data").collect()
        model.pca = _core.Pca.from_safetensors(bytes(row.model))
        return model


def check_type(schema: StructType, column: str) -> None:
    found = schema[column].dataType
    if not isinstance(found, ArrayType) or not isinstance(found.elementType, FloatType):
        raise TypeError(
            f"the column {column} is {found.simpleString()}: it must be array<float>; cast it, or featurize"
        )


@lru_cache(maxsize=2)
def read_pca(model: bytes) -> _core.Pca:
    return _core.Pca.from_safetensors(model)


def project_batches(
    model: bytes, incoming: list[str], source: str, target: str, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    pca = read_pca(model)
    for batch in batches:
        check_columns(batch, incoming)
        lists = batch.column(source)
        missing = lists.is_null().to_numpy(zero_copy_only=False)
        empty = np.empty((0, len(pca.mean)), np.float32)
        projected = pca.project(empty if missing.all() else to_matrix(lists, source))
        yield pa.RecordBatch.from_arrays([*batch.columns, to_lists(projected, missing)], [*incoming, target])
