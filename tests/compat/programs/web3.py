# /// script
# requires-python = ">=3.10"
# dependencies = ["web3"]
# ///
"""Signs, encodes and talks to a chain that answers from memory."""

from eth_account import Account
from eth_account.messages import encode_defunct
from web3 import Web3
from web3.providers.base import JSONBaseProvider

assert Web3.keccak(text="").hex().removeprefix("0x").startswith("c5d24601")
address = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
assert Web3.to_checksum_address(address) == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
account = Account.from_key("0x" + "01" * 32)
signed = account.sign_message(encode_defunct(text="m"))
assert Account.recover_message(encode_defunct(text="m"), signature=signed.signature) == account.address
fee = {"maxFeePerGas": 2, "maxPriorityFeePerGas": 1, "gas": 21000, "chainId": 1, "type": 2}
assert account.sign_transaction({"to": account.address, "value": 1, "nonce": 0, **fee}).hash


class Answer(JSONBaseProvider):
    def make_request(self, method, params):
        answers = {"eth_blockNumber": "0x10", "eth_chainId": "0x1", "eth_call": "0x" + "00" * 31 + "2a"}
        return {"jsonrpc": "2.0", "id": 1, "result": answers[method]}


w3 = Web3(Answer())
assert w3.eth.block_number == 16
number = {"type": "uint256", "name": ""}
abi = [{"type": "function", "name": "f", "inputs": [number], "outputs": [number], "stateMutability": "view"}]
contract = w3.eth.contract(account.address, abi=abi)
assert contract.functions.f(5).call() == 42
assert contract.encode_abi("f", [1]).startswith("0xb3de648b")
Account.enable_unaudited_hdwallet_features()
words = "test test test test test test test test test test test junk"
assert Account.from_mnemonic(words).address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
print("ok")
