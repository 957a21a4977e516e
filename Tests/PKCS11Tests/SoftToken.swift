import Cglibc
import Foundation
import Keys
import PKCS11
import Support
import Synchronization

/// Tokens of SoftHSM2 (Debian's softhsm2), in a folder of their own. A process has one such folder: the module reads its setting
/// once.
enum SoftToken {
    /// The module's library; nil where it is not installed.
    static let module: String? = [
        "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
    ].first { FileManager.default.fileExists(atPath: $0) }

    static let absent: String = "SoftHSM2 is not installed (scripts/setup.sh does it)"
    static let pin = "271828"

    /// The functions of the module, and the folder of its tokens, which lasts as long as the process.
    private static let functions = Mutex<CK_FUNCTION_LIST?>(nil)
    private static let folder = try! TemporaryFolder()

    private static func loaded() throws -> CK_FUNCTION_LIST {
        try functions.withLock { functions in
            if let functions { return functions }
            try FileManager.default.createDirectory(atPath: folder.path("tokens"), withIntermediateDirectories: true)
            try folder.write(
                "directories.tokendir = \(folder.path("tokens"))\nlog.level = ERROR\n", to: "softhsm2.conf")
            setenv("SOFTHSM2_CONF", folder.path("softhsm2.conf"), 1)
            let library = dlopen(module ?? "", RTLD_NOW | RTLD_LOCAL)
            let get = unsafeBitCast(dlsym(library, "C_GetFunctionList"), to: CK_C_GetFunctionList.self)
            var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
            precondition(get(&list) == 0)
            var arguments = CK_C_INITIALIZE_ARGS()
            arguments.flags = 2
            precondition([0, 0x191].contains(list!.pointee.C_Initialize(&arguments)))
            functions = list!.pointee
            atexit { try? FileManager.default.removeItem(atPath: SoftToken.folder.path) }
            return list!.pointee
        }
    }

    /// Makes a token with this label and a user's PIN.
    static func make(_ label: String) throws {
        let functions = try loaded()
        Self.functions.withLock { _ in
            var count: CK_ULONG = 0
            precondition(functions.C_GetSlotList(0, nil, &count) == 0)
            var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
            precondition(functions.C_GetSlotList(0, &slots, &count) == 0)
            // The last slot is the one without a token.
            let slot = slots[Int(count) - 1]
            var officer = Array("31415926".utf8)
            var name = Array(label.utf8) + [UInt8](repeating: 0x20, count: 32 - label.utf8.count)
            precondition(functions.C_InitToken(slot, &officer, CK_ULONG(officer.count), &name) == 0)
            var session: CK_SESSION_HANDLE = 0
            precondition(functions.C_OpenSession(slot, 6, nil, nil, &session) == 0)
            precondition(functions.C_Login(session, 0, &officer, CK_ULONG(officer.count)) == 0)
            var pin = Array(Self.pin.utf8)
            precondition(functions.C_InitPIN(session, &pin, CK_ULONG(pin.count)) == 0)
            precondition(functions.C_Logout(session) == 0 && functions.C_CloseSession(session) == 0)
        }
    }

    /// Ends all sessions with a token, as its removal does.
    static func endSessions(_ label: String) throws {
        let functions = try loaded()
        for slot in try slots(label) { precondition(functions.C_CloseAllSessions(slot) == 0) }
    }

    private static func slots(_ label: String) throws -> [CK_SLOT_ID] {
        let functions = try loaded()
        var count: CK_ULONG = 0
        precondition(functions.C_GetSlotList(1, nil, &count) == 0)
        var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
        precondition(functions.C_GetSlotList(1, &slots, &count) == 0)
        return slots.prefix(Int(count)).filter { slot in
            var info = CK_TOKEN_INFO()
            precondition(functions.C_GetTokenInfo(slot, &info) == 0)
            let name = withUnsafeBytes(of: info.label) { String(decoding: $0, as: UTF8.self) }
            return name.hasPrefix(label + " ")
        }
    }

    /// Takes the private keys out of a token, whose public halves stay: as if somebody was killed between the two.
    static func losePrivateKeys(_ label: String) throws {
        let functions = try loaded()
        let slot = try slots(label)[0]
        var session: CK_SESSION_HANDLE = 0
        precondition(functions.C_OpenSession(slot, 6, nil, nil, &session) == 0)
        defer { precondition(functions.C_CloseSession(session) == 0) }
        var pin = Array(Self.pin.utf8)
        // Sessions of a process are logged in together.
        precondition([0, 0x100].contains(functions.C_Login(session, 1, &pin, CK_ULONG(pin.count))))
        var privateKey: CK_ULONG = 3
        var found = [CK_OBJECT_HANDLE](repeating: 0, count: 8)
        var count: CK_ULONG = 0
        withUnsafeMutableBytes(of: &privateKey) { value in
            var attribute = CK_ATTRIBUTE(type: 0, pValue: value.baseAddress, ulValueLen: CK_ULONG(value.count))
            precondition(functions.C_FindObjectsInit(session, &attribute, 1) == 0)
        }
        precondition(functions.C_FindObjects(session, &found, 8, &count) == 0)
        precondition(functions.C_FindObjectsFinal(session) == 0)
        for object in found.prefix(Int(count)) { precondition(functions.C_DestroyObject(session, object) == 0) }
    }

    static func uri(_ label: String, _ object: String) -> String {
        "pkcs11:token=\(label);object=\(object)?module-path=\(module ?? "")"
    }

    static func token(_ label: String, _ object: String, pin: String = pin) throws -> HardwareToken {
        try HardwareToken(uri(label, object)) { (_) throws(KeystoreError) in Array(pin.utf8) }
    }
}
