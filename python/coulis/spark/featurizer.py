"""ImageFeaturizer: photos to feature rows, as a step of a pyspark.ml pipeline."""

from __future__ import annotations

from typing import Any

from pyspark import keyword_only
from pyspark.ml import Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, BinaryType, FloatType, StringType, StructField, StructType

from coulis import _core
from coulis.options import OPTIONS
from coulis.spark.arrow_batches import limit_batches_of_photos
from coulis.spark.packages import check_packages
from coulis.spark.params import add_params, defaults_of, read_params
from coulis.spark.photos import PhotoColumns, featurize_batches
from coulis.spark.worker import Engine

PHOTO_OPTIONS = [option for option in OPTIONS if option.group in ("network", "decode")]  # a row depends on them


class ImageFeaturizer(
    Transformer, HasInputCol, HasOutputCol, DefaultParamsReadable["ImageFeaturizer"], DefaultParamsWritable
):
    """Adds array<float> features for the photos in a column of paths or bytes, as binaryFile gives them.

    The values are those of `coulis run`, bit for bit. A photo that cannot be used has null features: `statusCol` says
    why in a word ("truncated", "vanished", ...; else "ok"), `errorCol` in a sentence. Without `keepInput` the result
    has no inputCol, which saves a copy of all bytes. The other Params are options of `coulis run`.
    """

    statusCol = Param(Params._dummy(), "statusCol", "column for 'ok' or a failure's code", TypeConverters.toString)
    errorCol = Param(Params._dummy(), "errorCol", "column for a failure's message", TypeConverters.toString)
    keepInput = Param(Params._dummy(), "keepInput", "whether the result has inputCol", TypeConverters.toBoolean)

    @keyword_only
    def __init__(
        self,
        *,
        inputCol: str = "path",
        outputCol: str = "features",
        statusCol: str = "",
        errorCol: str = "",
        keepInput: bool = True,
        **options: Any,
    ) -> None:
        super().__init__()
        self._setDefault(inputCol="path", outputCol="features", statusCol="", errorCol="", keepInput=True)
        self._setDefault(**defaults_of(PHOTO_OPTIONS))
        self.setParams(**self._input_kwargs)

    _input_kwargs: dict[str, Any]  # set by keyword_only

    def setParams(self, **values: Any) -> ImageFeaturizer:
        """Sets any Params of the constructor."""
        self._set(**values)
        return self

    def setInputCol(self, value: str) -> ImageFeaturizer:
        return self.setParams(inputCol=value)

    def setOutputCol(self, value: str) -> ImageFeaturizer:
        return self.setParams(outputCol=value)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        check_packages()
        engine = self._engine()
        columns = self._columns(dataset.schema)
        if isinstance(dataset.schema[columns.source].dataType, BinaryType):
            limit_batches_of_photos(dataset)
        types = {columns.features: ArrayType(FloatType()), columns.status: StringType(), columns.error: StringType()}
        schema = [
            dataset.schema[name] if name in columns.kept else StructField(name, types[name])
            for name in columns.outgoing
        ]
        return dataset.mapInArrow(lambda batches: featurize_batches(engine, columns, batches), StructType(schema))

    def _engine(self) -> Engine:
        options = read_params(self, PHOTO_OPTIONS)
        return Engine(tuple(options.items()), model_sha256=_core.read_card(options["model"])["sha256"])

    def _columns(self, schema: StructType) -> PhotoColumns:
        source = self.getInputCol()
        if not isinstance(schema[source].dataType, StringType | BinaryType):
            found = schema[source].dataType.simpleString()
            raise TypeError(f"the column {source} is {found}: it must be string (paths) or binary (photos)")
        columns = PhotoColumns(
            source=source,
            incoming=schema.names,
            kept=[name for name in schema.names if name != source or self.getOrDefault(self.keepInput)],
            features=self.getOutputCol(),
            status=self.getOrDefault(self.statusCol),
            error=self.getOrDefault(self.errorCol),
        )
        if len(set(columns.outgoing)) != len(columns.outgoing):
            raise ValueError(f"two columns of the result have one name: {columns.outgoing}")
        return columns


add_params(ImageFeaturizer, PHOTO_OPTIONS)
