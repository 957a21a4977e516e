import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("The coordinator's order to rotate the token key")
struct RotationOrderTests {
    private func order(_ coordinator: borrowing SigningKey) -> WireTokenRotationOrder {
        try! RotationOrder.make(consortium: "test", epoch: 7, attempt: 2, coordinator: coordinator)
    }

    @Test("says which key and which attempt")
    func verified() {
        let coordinator = SigningKey()
        let order = RotationOrder(
            verifying: order(coordinator), consortium: "test", coordinator: coordinator.verifyingKey)
        #expect(order?.epoch == 7 && order?.attempt == 2)
    }

    @Test("is none where anything of it was changed, for another consortium, or by another key", arguments: 0..<7)
    func refused(change: Int) {
        let coordinator = SigningKey()
        var order = order(coordinator)
        var consortium = "test"
        switch change {
        case 0: order.schema = 2
        case 1: order.tokenEpoch = 8
        case 2: order.attempt = 3
        case 3: order.signature[10] ^= 1
        case 4: order.signature = .init()
        case 5: order.consortium = "other"
        default: consortium = "other"
        }
        #expect(RotationOrder(verifying: order, consortium: consortium, coordinator: coordinator.verifyingKey) == nil)
        if change == 5 {
            #expect(RotationOrder(verifying: order, consortium: "other", coordinator: coordinator.verifyingKey) == nil)
        }
    }

    @Test("is signed by the coordinator, and numbered from 1")
    func signer() throws {
        let coordinator = SigningKey().verifyingKey
        let other = SigningKey()
        #expect(RotationOrder(verifying: order(other), consortium: "test", coordinator: coordinator) == nil)
        let zero = try RotationOrder.make(consortium: "test", epoch: 7, attempt: 0, coordinator: other)
        #expect(RotationOrder(verifying: zero, consortium: "test", coordinator: other.verifyingKey) == nil)
    }

    @Test("is signed as schema, epoch, attempt and the consortium's name, for rotations and for nothing else")
    func layout() throws {
        let coordinator = SigningKey()
        var wire = WireTokenRotationOrder()
        (wire.schema, wire.consortium, wire.tokenEpoch, wire.attempt) = (1, "Städte", 0x0102, 0x0304)
        let signed: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4] + Array("Städte".utf8)
        for (context, isOne) in [
            ("cordon/token-rotation/v1", true), ("cordon/activation/v1", false), ("cordon/model/v1", false),
        ] {
            wire.signature = Data(try coordinator.sign(signed, context: context))
            let read = RotationOrder(verifying: wire, consortium: "Städte", coordinator: coordinator.verifyingKey)
            #expect(isOne ? read?.epoch == 0x0102 && read?.attempt == 0x0304 : read == nil, "\(context)")
        }
    }

    @Test("is read up to the last epoch and attempt that there are")
    func limits() throws {
        let coordinator = SigningKey()
        let wire = try RotationOrder.make(consortium: "", epoch: .max, attempt: .max, coordinator: coordinator)
        let read = RotationOrder(verifying: wire, consortium: "", coordinator: coordinator.verifyingKey)
        #expect(read?.epoch == .max && read?.attempt == .max)
    }
}
