"""torchvision's networks in plain PyTorch, for comparison: its names, order and initial values."""

import torch
from torch import nn


def check_sum(tensor):
    """As `checkSum` of models.test.ts."""
    values = tensor.flatten()[:50_000].double()
    return (values * torch.linspace(-1, 2, values.numel(), dtype=torch.float64)).sum()


def init_convs(model, draw):
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            draw(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def init_linears(model):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 0.01)
            nn.init.zeros_(module.bias)


def fan_out(weight):
    nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu")


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, channels, stride, downsample, groups, width):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + shortcut)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, channels, stride, downsample, groups, width):
        super().__init__()
        inner = int(channels * width / 64) * groups
        self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, 1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, channels * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + shortcut)


class ResNet(nn.Module):
    def __init__(self, block, layers, classes, groups=1, width=64, zero_init=False):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for stage, count in enumerate(layers):
            channels = 64 << stage
            blocks = []
            for place in range(count):
                stride = 2 if stage > 0 and place == 0 else 1
                outputs = channels * block.expansion
                downsample = None
                if stride != 1 or inputs != outputs:
                    conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
                    downsample = nn.Sequential(conv, nn.BatchNorm2d(outputs))
                blocks.append(block(inputs, channels, stride, downsample, groups, width))
                inputs = outputs
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(inputs, classes)
        init_convs(self, fan_out)
        if zero_init:
            for module in self.modules():
                if isinstance(module, (BasicBlock, Bottleneck)):
                    last = module.bn2 if isinstance(module, BasicBlock) else module.bn3
                    nn.init.zeros_(last.weight)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


class Fire(nn.Module):
    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.squeeze_activation(self.squeeze(x))
        sides = [self.expand1x1_activation(self.expand1x1(x))]
        return torch.cat([*sides, self.expand3x3_activation(self.expand3x3(x))], 1)


class SqueezeNet(nn.Module):
    """Fires in the layout are their three numbers; None is a pooling."""

    def __init__(self, first, kernel, layout, classes):
        super().__init__()
        layers = [nn.Conv2d(3, first, kernel, 2), nn.ReLU(inplace=True)]
        for fire in layout:
            layers.append(Fire(*fire) if fire else nn.MaxPool2d(3, 2, ceil_mode=True))
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(512, classes, 1)
        pool = nn.AdaptiveAvgPool2d((1, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.5), last, nn.ReLU(inplace=True), pool)
        init_convs(
            self,
            lambda weight: nn.init.normal_(weight, 0, 0.01)
            if weight is last.weight
            else nn.init.kaiming_uniform_(weight),
        )

    def forward(self, x):
        return self.classifier(self.features(x)).flatten(1)


class _DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(inputs, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.conv1(self.relu1(self.norm1(x)))
        return self.conv2(self.relu2(self.norm2(x)))


class _DenseBlock(nn.Module):
    def __init__(self, inputs, layers, growth):
        super().__init__()
        for i in range(layers):
            self.add_module(f"denselayer{i + 1}", _DenseLayer(inputs + i * growth, growth))

    def forward(self, x):
        for layer in self.children():
            x = torch.cat([x, layer(x)], 1)
        return x


class _Transition(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.pool = nn.AvgPool2d(2, 2)


class DenseNet(nn.Module):
    def __init__(self, growth, blocks, width, classes):
        super().__init__()
        self.features = nn.Sequential()
        self.features.conv0 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.features.norm0 = nn.BatchNorm2d(width)
        self.features.relu0 = nn.ReLU(inplace=True)
        self.features.pool0 = nn.MaxPool2d(3, 2, 1)
        for i, layers in enumerate(blocks):
            block = _DenseBlock(width, layers, growth)
            self.features.add_module(f"denseblock{i + 1}", block)
            width += layers * growth
            if i < len(blocks) - 1:
                transition = _Transition(width, width // 2)
                self.features.add_module(f"transition{i + 1}", transition)
                width //= 2
        self.features.norm5 = nn.BatchNorm2d(width)
        self.classifier = nn.Linear(width, classes)
        init_convs(self, nn.init.kaiming_normal_)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x):
        x = nn.functional.relu(self.features(x))
        return self.classifier(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))


class Conv2dNormActivation(nn.Sequential):
    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        padding = kernel // 2
        conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        super().__init__(conv, nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, ratio):
        super().__init__()
        inner = inputs * ratio
        layers = [] if ratio == 1 else [Conv2dNormActivation(inputs, inner, 1)]
        layers.append(Conv2dNormActivation(inner, inner, 3, stride, inner))
        layers.append(nn.Conv2d(inner, outputs, 1, bias=False))
        self.conv = nn.Sequential(*layers, nn.BatchNorm2d(outputs))
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.is_residual else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, classes):
        super().__init__()
        inputs = 32
        features = [Conv2dNormActivation(3, inputs, 3, 2)]
        table = "1 16 1 1,6 24 2 2,6 32 3 2,6 64 4 2,6 96 3 1,6 160 3 2,6 320 1 1"
        for row in table.split(","):
            ratio, outputs, count, stride = (int(number) for number in row.split())
            for place in range(count):
                step = stride if place == 0 else 1
                features.append(InvertedResidual(inputs, outputs, step, ratio))
                inputs = outputs
        features.append(Conv2dNormActivation(inputs, 1280, 1))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))
        init_convs(self, fan_out)
        init_linears(self)

    def forward(self, x):
        x = nn.functional.adaptive_avg_pool2d(self.features(x), 1)
        return self.classifier(x.flatten(1))


class AlexNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        relu, pool = (lambda: nn.ReLU(inplace=True)), (lambda: nn.MaxPool2d(3, 2))
        self.features = nn.Sequential(
            *[nn.Conv2d(3, 64, 11, 4, 2), relu(), pool()],
            *[nn.Conv2d(64, 192, 5, padding=2), relu(), pool()],
            *[nn.Conv2d(192, 384, 3, padding=1), relu()],
            *[nn.Conv2d(384, 256, 3, padding=1), relu()],
            *[nn.Conv2d(256, 256, 3, padding=1), relu(), pool()],
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            *[nn.Dropout(0.5), nn.Linear(9216, 4096), relu()],
            *[nn.Dropout(0.5), nn.Linear(4096, 4096), relu()],
            nn.Linear(4096, classes),
        )

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


class VGG(nn.Module):
    def __init__(self, depths, batch_norm, classes):
        super().__init__()
        layers, inputs = [], 3
        for outputs, count in zip([64, 128, 256, 512, 512], depths):
            for _ in range(count):
                layers.append(nn.Conv2d(inputs, outputs, 3, padding=1))
                layers += [nn.BatchNorm2d(outputs)] if batch_norm else []
                layers.append(nn.ReLU(inplace=True))
                inputs = outputs
            layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            *[nn.Linear(512 * 49, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5)],
            *[nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5)],
            nn.Linear(4096, classes),
        )
        init_convs(self, fan_out)
        init_linears(self)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


FIRES_1_0 = [None, (96, 16, 64), (128, 16, 64), (128, 32, 128), None, (256, 32, 128)]
FIRES_1_0 += [(256, 48, 192), (384, 48, 192), (384, 64, 256), None, (512, 64, 256)]
FIRES_1_1 = [None, (64, 16, 64), (128, 16, 64), None, (128, 32, 128), (256, 32, 128)]
FIRES_1_1 += [None, (256, 48, 192), (384, 48, 192), (384, 64, 256), (512, 64, 256)]

NETWORKS = {
    "resnet18": lambda n: ResNet(BasicBlock, [2, 2, 2, 2], n),
    "resnet18 from shortcuts": lambda n: ResNet(BasicBlock, [2, 2, 2, 2], n, zero_init=True),
    "resnet34": lambda n: ResNet(BasicBlock, [3, 4, 6, 3], n),
    "resnet50": lambda n: ResNet(Bottleneck, [3, 4, 6, 3], n),
    "resnet50 from shortcuts": lambda n: ResNet(Bottleneck, [3, 4, 6, 3], n, zero_init=True),
    "resnext50_32x4d": lambda n: ResNet(Bottleneck, [3, 4, 6, 3], n, 32, 4),
    "wide_resnet50_2": lambda n: ResNet(Bottleneck, [3, 4, 6, 3], n, 1, 128),
    "squeezenet1_0": lambda n: SqueezeNet(96, 7, FIRES_1_0, n),
    "squeezenet1_1": lambda n: SqueezeNet(64, 3, FIRES_1_1, n),
    "densenet121": lambda n: DenseNet(32, [6, 12, 24, 16], 64, n),
    "mobilenet_v2": lambda n: MobileNetV2(n),
    "alexnet": lambda n: AlexNet(n),
    "vgg11": lambda n: VGG([1, 1, 2, 2, 2], False, n),
    "vgg11_bn": lambda n: VGG([1, 1, 2, 2, 2], True, n),
}
