"""The forward pass of a network, with NumPy and with torch."""

import numpy as np
import pytest
import torch

from tenkai.kernels.arrays import host
from tenkai.kernels.network import ACTIVATIONS, first_layers, forward, turned


def test_worked_example():
    # relu(1 - 2) = 0 and relu(1 + 2) = 3; then 10 * 0 + 100 * 3 + 1 = 301.
    layers = [
        (np.array([[1.0, 1.0], [-1.0, 1.0]]), np.array([0.0, 0.0])),
        (np.array([[10.0], [100.0]]), np.array([1.0])),
    ]
    assert forward(np.array([[1.0, 2.0]]), layers, "relu").tolist() == [[301.0]]
    # The activation does not stand after the last layer.
    assert forward(np.array([[1.0, -2.0]]), layers[:1], "relu").tolist() == [[3.0, -1.0]]


@pytest.mark.row("L30")
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_is_the_network_of_torch(activation):
    random = np.random.default_rng(0)
    layers = first_layers([5, 7, 3], random)
    X = random.normal(size=(20, 5)) * 3
    bend = {"elu": torch.nn.ELU, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "linear": torch.nn.Identity}
    oracle = torch.nn.Sequential(torch.nn.Linear(5, 7), bend[activation](), torch.nn.Linear(7, 3)).double()
    with torch.no_grad():
        for module, (weights, bias) in zip((oracle[0], oracle[2]), layers, strict=True):
            module.weight.copy_(torch.tensor(weights.T))
            module.bias.copy_(torch.tensor(bias))
        expected = oracle(torch.tensor(X)).numpy()
    np.testing.assert_allclose(forward(X, layers, activation), expected, atol=1e-13)
    there = [(torch.tensor(weights), torch.tensor(bias)) for weights, bias in layers]
    np.testing.assert_allclose(host(forward(torch.tensor(X), there, activation)), expected, atol=1e-13)


def test_an_activation_that_is_not_there():
    with pytest.raises(ValueError, match=r"'sigmoid'\. Allowed: elu, tanh, relu, linear"):
        forward(np.ones((2, 3)), first_layers([3, 2, 1], np.random.default_rng(0)), "sigmoid")


def test_a_turned_code_rebuilds_the_same():
    random = np.random.default_rng(1)
    X = random.normal(size=(40, 6))
    encoder, decoder = first_layers([6, 5, 3], random), first_layers([3, 5, 6], random)
    code = forward(X, encoder, "tanh")
    new_encoder, new_decoder = turned(encoder, decoder, code, (X - X.mean(axis=0)).T @ code)
    new = forward(X, new_encoder, "tanh")
    np.testing.assert_allclose(forward(new, new_decoder, "tanh"), forward(code, decoder, "tanh"), atol=1e-12)
    np.testing.assert_allclose(new.mean(axis=0), 0, atol=1e-13)
    covariance = np.cov(new.T)
    np.testing.assert_allclose(covariance, np.diag(np.diag(covariance)), atol=1e-13)
    assert (np.diff(np.diag(covariance)) < 0).all()
    along = (X - X.mean(axis=0)).T @ new
    assert (along[np.abs(along).argmax(axis=0), range(3)] > 0).all()


def test_fewer_rows_than_axes_are_left_as_they_are():
    random = np.random.default_rng(1)
    encoder, decoder = first_layers([6, 5], random), first_layers([5, 6], random)
    X = random.normal(size=(2, 6))
    code = forward(X, encoder, "tanh")
    new_encoder, new_decoder = turned(encoder, decoder, code, X.T @ code)
    rebuilt = forward(forward(X, new_encoder, "tanh"), new_decoder, "tanh")
    np.testing.assert_allclose(rebuilt, forward(code, decoder, "tanh"), atol=1e-13)
