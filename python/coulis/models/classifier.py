"""Where the classifier of an ONNX graph begins, if it has one: walks backwards from the output.

Class scores are not features. A softmax over a linear layer is a classifier; an activation, a norm or a pool at the end
is not. A linear layer alone may be a classifier or a projection: names and widths may tell, else the user must.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from onnx import NodeProto

from coulis.models.onnx_tensors import RENAMING, Tensors

MAX_WIDTH = 1 << 14  # of a feature row: the limit of core/network/model_card.cpp
SCORES = ("ArgMax", "Exp", "HardSigmoid", "Hardmax", "LogSoftmax", "Sigmoid", "Softmax", "TopK")
PASSING = (*RENAMING, "DequantizeLinear", "QuantizeLinear", "Transpose")
ARITHMETIC = ("Add", "Div", "Mul", "Sub")
ACTIVATIONS = (
    "Celu", "Clip", "Elu", "Gelu", "HardSwish", "LeakyRelu", "Mish", "PRelu", "Relu", "Selu", "Softplus", "Swish",
    "Tanh", "ThresholdedRelu",
)  # fmt: skip
NORMS = (
    "BatchNormalization", "GroupNormalization", "InstanceNormalization", "LayerNormalization", "LpNormalization",
    "MeanVarianceNormalization", "RMSNormalization",
)  # fmt: skip
LINEAR = ("Conv", "Gemm", "MatMul")
POOLS = (
    "AveragePool", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "LpPool", "MaxPool", "ReduceMax", "ReduceMean",
    "ReduceSum",
)  # fmt: skip
CHOOSING = ("Gather", "Slice", "Split")
JOINING = ("Add", "Concat", "Max", "Mean", "Sum")
IMAGENET_CLASSES = (1000, 1001, 21841, 21843)
SCORE_WORDS = ("class", "label", "logit", "pred", "prob", "score", "softmax")
FEATURE_WORDS = ("descriptor", "embed", "feat", "latent", "pool", "repr")


@dataclass(frozen=True)
class Ending:
    """Which tensor of a graph holds the features."""

    tensor: str | None  # None: undecided
    why: str
    whole: bool = False  # the tensor is the graph's output
    averaged: bool = False  # the tensor is a feature map; the features are its averages over the image


def find_ending(tensors: Tensors) -> Ending:
    endings = [Walk(tensors, output, {}).ending for output in tensors.outputs]
    meant = {(e.tensor and tensors.first_of_same(e.tensor), e.averaged) for e in endings}
    if len(meant) == 1:
        ending = next((e for e in endings if not e.whole), endings[0])
        return ending if len(endings) == 1 else replace(ending, whole=False)
    return Ending(None, f"has {len(endings)} outputs: {', '.join(tensors.outputs)}")


class Walk:
    def __init__(self, tensors: Tensors, output: str, known: dict[str, Walk]) -> None:
        self.tensors = tensors
        self.output = output
        self.known = known  # by the tensor where each walk began
        self.scores: NodeProto | None = None  # a node that computes probabilities, or picks a class
        self.ending = self._run()

    def _from(self, tensor: str) -> Walk:
        if tensor not in self.known:
            self.known[tensor] = Walk(self.tensors, tensor, self.known)
        return self.known[tensor]

    def _run(self) -> Ending:
        """Walks over nodes that do not tell, to one that does."""
        tensor = self.output
        while (node := self.tensors.maker(tensor)) is not None:
            sources = self.tensors.sources(node)
            if node.op_type in SCORES:
                self.scores = self.scores or node
                tensor = sources[0]
            elif node.op_type in LINEAR and self._is_linear(node, sources):
                return self._decide_linear(node, sources[0])
            elif (below := self._step(node, sources)) is not None:
                tensor = below
            else:
                return self._decide(node, sources)
        return self._undecided("does not depend on its input in a way that can be followed")

    def _step(self, node: NodeProto, sources: list[str]) -> str | None:
        """The input of a node that holds scores if its output does."""
        kind = self.tensors.kind(sources[0])
        if len(sources) == 1:
            passes = node.op_type in PASSING or node.op_type in ARITHMETIC
            passes = passes or (node.op_type in CHOOSING and kind.is_row())
            passes = passes or (self.scores is not None and node.op_type in (*ACTIVATIONS, "BatchNormalization"))
            return sources[0] if passes else None
        if node.op_type in ("Div", "Mul"):  # softmax in its parts
            return next((source for source in sources if self._is_made_by(source, "Exp")), None)
        if node.op_type == "Sub" and (parts := self.tensors.is_computed_from(sources[1], sources[0])):
            if any(part.op_type in ("Exp", "ReduceLogSumExp") for part in parts):
                self.scores = self.scores or node
                return sources[0]
            return sources[0] if [part.op_type for part in parts] == ["ReduceMax"] else None
        return None

    def _is_made_by(self, tensor: str, kind: str) -> bool:
        node = self.tensors.maker(tensor)
        return node is not None and node.op_type == kind

    def _is_linear(self, node: NodeProto, sources: list[str]) -> bool:
        """All weights are constant. A depthwise convolution counts as a pool."""
        group = next((attribute.i for attribute in node.attribute if attribute.name == "group"), 1)
        return len(sources) == 1 and group == 1

    def _decide(self, node: NodeProto, sources: list[str]) -> Ending:
        kind = node.op_type
        if kind in POOLS or kind in CHOOSING or kind == "Conv":
            return self._decide_pool(node, sources[0])
        if self.scores is None and (kind in ACTIVATIONS or kind in NORMS or self._changes_itself(node, sources)):
            below = self._from(sources[0])
            return self._whole(node) if below.scores is None else below.ending
        if self.scores is None and kind in JOINING and len(sources) > 1:
            whole = all(self._from(source).ending.whole for source in sources)
            return self._whole(node) if whole else self._undecided(f"ends in {name(node)}")
        return self._undecided(f"ends in {name(self.scores or node)}")

    def _changes_itself(self, node: NodeProto, sources: list[str]) -> bool:
        """x * f(x), x / f(x): an activation or a norm in its parts."""
        if node.op_type not in ("Mul", "Div") or len(sources) != 2:
            return False
        first, second = sources
        return any(self.tensors.is_computed_from(*pair) is not None for pair in ((second, first), (first, second)))

    def _decide_linear(self, node: NodeProto, below: str) -> Ending:
        words = self._words(node)
        is_named_so = any(word.startswith(SCORE_WORDS) for word in words)
        has_classes = self.tensors.kind(node.output[0]).width() in IMAGENET_CLASSES
        is_embedding = any(word.startswith(FEATURE_WORDS) for word in split_words(self.output))
        if self.scores is None and is_embedding != (is_named_so or has_classes):
            if is_embedding:
                return Ending(self.output, f"is named '{self.output}'", whole=True)
        elif self.scores is None:
            return self._undecided(f"ends in the linear layer {name(node)}, which may be a classifier or a projection")
        return self._cut(node, below, averaged=False)

    def _decide_pool(self, pool: NodeProto, tensor: str) -> Ending:
        """A pool gives features, unless the layer right before it is a classifier for each place of the image."""
        activated = False
        while (node := self.tensors.maker(tensor)) is not None:
            sources = self.tensors.sources(node)
            if node.op_type in ACTIVATIONS or node.op_type in NORMS or self._changes_itself(node, sources):
                activated = True
            elif len(sources) != 1 or node.op_type not in (*PASSING, *ARITHMETIC):
                break
            tensor = sources[0]
        if node is None or node.op_type not in LINEAR or not self._is_linear(node, sources):
            return self._whole(pool) if self.scores is None else self._undecided(f"ends in {name(self.scores)}")
        has_classes = self.tensors.kind(node.output[0]).shape[1:2] in [[classes] for classes in IMAGENET_CLASSES]
        if self.scores is not None or has_classes or any(w.startswith(SCORE_WORDS) for w in self._words(node)):
            return self._cut(node, sources[0], averaged=True)
        return (
            self._whole(pool)
            if activated
            else self._undecided(
                f"ends in the linear layer {name(node)} and an average of it, which may be a classifier or features"
            )
        )

    def _cut(self, classifier: NodeProto, tensor: str, averaged: bool) -> Ending:
        why = f"{name(classifier)} after it computes class scores"
        row = self.tensors.first_of_same(tensor)
        if self.tensors.kind(row).is_row() and self.tensors.kind(row).width() <= MAX_WIDTH:
            return Ending(row, why)
        if averaged and self.tensors.kind(tensor).is_map() and classifier.op_type == "Conv":
            return Ending(tensor, why, averaged=True)
        return self._undecided(
            f"has a classifier, {name(classifier)}, that takes no row of at most {MAX_WIDTH} features"
        )

    def _whole(self, last: NodeProto) -> Ending:
        return Ending(self.output, f"{name(last)} makes it, and no classifier", whole=True)

    def _undecided(self, why: str) -> Ending:
        return Ending(None, why)

    def _words(self, node: NodeProto) -> set[str]:
        """The words in the names of a layer and of the output, without those of the whole network."""
        first = next(node for tensor, node in self.tensors.makers.items() if tensor in self.tensors.of_image)
        return self._words_of(node) - self._words_of(first) | set(split_words(self.output))

    def _words_of(self, node: NodeProto) -> set[str]:
        weights = [tensor for tensor in node.input if tensor not in self.tensors.of_image]
        return {word for text in (node.name, *node.output, *weights) for word in split_words(text)}


def split_words(text: str) -> list[str]:
    """onnx::classifier.1.weight, imageEmbeds -> in lower case, without digits."""
    return [word.lower() for word in re.findall(r"[A-Z]*[a-z]+|[A-Z]+", text)]


def name(node: NodeProto) -> str:
    return f"{node.op_type} '{node.name or node.output[0]}'"


def list_candidates(tensors: Tensors, limit: int = 6) -> list[str]:
    """Tensors that could be features, the last first, each as: name [shape] of its kind of node."""
    found = []
    for tensor, node in reversed(tensors.makers.items()):
        kind = tensors.kind(tensor)
        if tensor not in tensors.of_image or node.op_type in (*PASSING, *SCORES) or not 1 < kind.width() <= MAX_WIDTH:
            continue
        if kind.is_row() or can_be_averaged(tensors, tensor):
            averaged = ", averaged over the image" if kind.is_map() else ""
            found.append(f"{tensor}  {kind.shape} of {node.op_type}{averaged}")
        if len(found) == limit or kind.is_map():
            break
    return found


def can_be_averaged(tensors: Tensors, tensor: str) -> bool:
    """Whether a convolution or a pool makes or takes the map, so that its channels come first."""
    spatial = {"Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "BatchNormalization"}
    maker = tensors.maker(tensor)
    makers = {maker.op_type} if maker is not None else set()
    return tensors.kind(tensor).is_map() and bool(spatial & (makers | tensors.takers.get(tensor, set())))
