"""What named networks cost: parameters, multiplications, accuracy and file size, as torchvision publishes them.

Nothing here is measured by us. The numbers are the metadata of torchvision's pretrained weights, copied so that the
page needs no torchvision; a test holds every one of them against the library that is installed.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "torchvision 0.29, torchvision.models"


@dataclass(frozen=True)
class Network:
    """One network trained on ImageNet (1000 classes), with the cost of one image.

    Attributes:
        name: what the room calls it.
        weights: where its numbers are: a member of torchvision's weight enumeration.
        parameters: how many numbers were learned.
        gmacs: 10^9 multiplications with their additions for one image. torchvision calls them GFLOPS; counted
            as a processor counts, a multiplication and an addition are two operations.
        accuracy: top-1 on the validation images, in percent, one crop of ``pixels`` a side.
        megabytes: the file of float32 weights, in 2^20 bytes.
        small: the file of the int8 version that torchvision offers, and its accuracy; None where it offers none.
    """

    name: str
    weights: str
    parameters: int
    gmacs: float
    accuracy: float
    megabytes: float
    pixels: int = 224
    small_weights: str = ""
    small: tuple[float, float] | None = None


NETWORKS = (
    Network("SqueezeNet 1.1", "SqueezeNet1_1_Weights.IMAGENET1K_V1", 1_235_496, 0.349, 58.178, 4.729),
    Network(
        "ShuffleNetV2", "ShuffleNet_V2_X1_0_Weights.IMAGENET1K_V1", 2_278_604, 0.145, 69.362, 8.791,
        small_weights="ShuffleNet_V2_X1_0_QuantizedWeights.IMAGENET1K_FBGEMM_V1", small=(2.334, 68.36),
    ),
    Network("MobileNetV3-S", "MobileNet_V3_Small_Weights.IMAGENET1K_V1", 2_542_856, 0.057, 67.668, 9.829),
    Network(
        "MobileNetV2", "MobileNet_V2_Weights.IMAGENET1K_V1", 3_504_872, 0.301, 71.878, 13.555,
        small_weights="MobileNet_V2_QuantizedWeights.IMAGENET1K_QNNPACK_V1", small=(3.423, 71.658),
    ),
    Network("EfficientNet-B0", "EfficientNet_B0_Weights.IMAGENET1K_V1", 5_288_548, 0.386, 77.692, 20.451),
    Network("DenseNet-121", "DenseNet121_Weights.IMAGENET1K_V1", 7_978_856, 2.834, 74.434, 30.845),
    Network(
        "ResNet-18", "ResNet18_Weights.IMAGENET1K_V1", 11_689_512, 1.814, 69.758, 44.661,
        small_weights="ResNet18_QuantizedWeights.IMAGENET1K_FBGEMM_V1", small=(11.238, 69.494),
    ),
    Network(
        "ResNet-50", "ResNet50_Weights.IMAGENET1K_V1", 25_557_032, 4.089, 76.13, 97.781,
        small_weights="ResNet50_QuantizedWeights.IMAGENET1K_FBGEMM_V1", small=(24.759, 75.92),
    ),
    Network("ResNet-152", "ResNet152_Weights.IMAGENET1K_V1", 60_192_808, 11.514, 78.312, 230.434),
    Network("AlexNet", "AlexNet_Weights.IMAGENET1K_V1", 61_100_840, 0.714, 56.522, 233.087),
    Network("EfficientNet-B7", "EfficientNet_B7_Weights.IMAGENET1K_V1", 66_347_960, 37.746, 84.122, 254.675, 600),
    Network(
        "ResNeXt-101", "ResNeXt101_32X8D_Weights.IMAGENET1K_V1", 88_791_336, 16.414, 79.312, 339.586,
        small_weights="ResNeXt101_32X8D_QuantizedWeights.IMAGENET1K_FBGEMM_V1", small=(86.034, 78.986),
    ),
    Network("VGG-16", "VGG16_Weights.IMAGENET1K_V1", 138_357_544, 15.47, 71.592, 527.796),
    Network("ViT-H/14", "ViT_H_14_Weights.IMAGENET1K_SWAG_E2E_V1", 633_470_440, 1016.717, 88.552, 2416.643, 518),
)  # fmt: skip


def named(name: str) -> Network:
    """The network of that name; raises ValueError naming the ones there are."""
    for one in NETWORKS:
        if one.name == name:
            return one
    raise ValueError(f"a network is one of {', '.join(one.name for one in NETWORKS)}; got {name!r:.80}")


def seconds(gmacs: float, gflops: float) -> float:
    """The least time for one image: two operations a multiplication, at ``gflops`` 10^9 operations a second.

    Reading the weights and everything that is no multiplication come on top.
    """
    if gmacs <= 0 or gflops <= 0:
        raise ValueError(f"need gmacs > 0 and gflops > 0, got {gmacs} and {gflops}")
    return 2 * gmacs / gflops
