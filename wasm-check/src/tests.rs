//! Modules made by hand, of few bytes, so that each length takes one.

use super::*;

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const GLOBAL: u8 = 6;
const EXPORT: u8 = 7;
const CODE: u8 = 10;

const LOCAL_GET_0: [u8; 2] = [0x20, 0];
const I32_EQZ: [u8; 1] = [0x45];
const I32_EXTEND8_S: [u8; 1] = [0xc0];
const F32_CONST_0: [u8; 5] = [0x43, 0, 0, 0, 0];
const I32_TRUNC_SAT_F32_S: [u8; 2] = [0xfc, 0];
const END: u8 = 0x0b;

fn length(of: &[u8]) -> u8 {
    let length = u8::try_from(of.len()).unwrap();
    assert!(length < 0x80, "{length} takes two bytes");
    length
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    let mut section = vec![id, length(content)];
    section.extend_from_slice(content);
    section
}

fn custom(name: &str, data: &[u8]) -> Vec<u8> {
    let mut content = vec![length(name.as_bytes())];
    content.extend_from_slice(name.as_bytes());
    content.extend_from_slice(data);
    section(CUSTOM, &content)
}

fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    let mut module = HEADER.to_vec();
    module.extend(sections.concat());
    module
}

/// A function from an `i32` to an `i32` that does this.
fn function(operators: &[&[u8]]) -> [Vec<u8>; 3] {
    // It has no further locals.
    let mut body = vec![0];
    body.extend(operators.concat());
    body.push(END);
    let mut code = vec![1, length(&body)];
    code.extend(body);
    [
        section(TYPE, &[1, 0x60, 1, 0x7f, 1, 0x7f]),
        section(FUNCTION, &[1, 0]),
        section(CODE, &code),
    ]
}

/// What comes of a module in a file of its own, as wasm-builder does it with the runtime of a program of `release`.
fn compacted(module: &[u8]) -> Result<Vec<u8>, OptimizationError> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::write(&from, module).unwrap();
    let done = OptimizationOptions::new_opt_level_0()
        .mvp_features_only()
        .debug_info(true)
        .add_pass(Pass::StripDwarf)
        .add_pass(Pass::SignextLowering)
        .run(&from, &to);
    assert_eq!(fs::read(&from).unwrap(), module, "what was read is changed");
    assert_eq!(to.exists(), done.is_ok(), "{done:?}");
    done.map(|()| fs::read(&to).unwrap())
}

/// The same in the place of the module, as with that of a program of `dev`.
fn checked(module: &[u8]) -> Result<Vec<u8>, OptimizationError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("module");
    fs::write(&file, module).unwrap();
    let done = OptimizationOptions::new_opt_level_0()
        .add_pass(Pass::SignextLowering)
        .debug_info(true)
        .run(&file, &file);
    let left = fs::read(&file).unwrap();
    if done.is_err() {
        assert_eq!(left, module, "what is refused is changed");
    }
    done.map(|()| left)
}

#[test]
fn a_module_of_webassembly_1_stays_as_it_is() {
    let [types, functions, code] = function(&[&LOCAL_GET_0, &I32_EQZ]);
    let sections = [
        types,
        functions,
        // Zero, which may be changed, and is exported as `g`.
        section(GLOBAL, &[1, 0x7f, 1, 0x41, 0, END]),
        section(EXPORT, &[1, 1, b'g', 3, 0]),
        code,
        custom("name", &[0, 2, 1, b'm']),
    ];
    let module = module(&sections);
    assert_eq!(checked(&module).unwrap(), module);
    assert_eq!(compacted(&module).unwrap(), module);
}

/// As linkers do it, which do not know a length when they begin.
#[test]
fn padded_lengths_stay_padded() {
    let content = b"\x01apadded";
    let mut padded = vec![CUSTOM, 0x80 | length(content), 0x80, 0x80, 0x80, 0];
    padded.extend_from_slice(content);
    let kept = HEADER.len() + padded.len();
    let module = module(&[padded, custom(".debug_line", b"1")]);
    assert_eq!(checked(&module).unwrap(), module);
    assert_eq!(compacted(&module).unwrap(), &module[..kept]);
}

#[test]
fn what_webassembly_1_does_not_have_is_refused_by_its_name() {
    let beyond: [(&[&[u8]], &str); 2] = [
        (
            &[&LOCAL_GET_0, &I32_EXTEND8_S],
            "sign extension operations support is not enabled",
        ),
        (
            &[&F32_CONST_0, &I32_TRUNC_SAT_F32_S],
            "saturating float to int conversions support is not enabled",
        ),
    ];
    for (operators, name) in beyond {
        let module = module(&function(operators));
        for refused in [checked(&module), compacted(&module)] {
            let error = refused.unwrap_err();
            // As wasm-builder prints it.
            assert!(format!("{error:?}").contains(name), "{error:?}");
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

#[test]
fn only_sections_of_dwarf_are_removed() {
    let [types, functions, code] = function(&[&LOCAL_GET_0]);
    let kept = [
        custom("runtime_version", b"7"),
        types,
        functions,
        code,
        custom("name", &[0, 2, 1, b'm']),
        custom("producers", &[0]),
        custom("a.debug_info", b"2"),
        custom(".debu", b"3"),
        custom("reloc.CODE", b"4"),
        custom("", b"5"),
    ];
    let dwarf = [
        custom(".debug_info", b"6"),
        custom(".debug_str", b""),
        custom(".debug", b"7"),
        custom("reloc..debug_line", b"8"),
    ];
    // One before the others, one among them, two after them.
    let mut all = kept.to_vec();
    all.extend_from_slice(&dwarf[2..]);
    all.insert(4, dwarf[1].clone());
    all.insert(0, dwarf[0].clone());
    assert_eq!(compacted(&module(&all)).unwrap(), module(&kept));
    // The other pass leaves them.
    assert_eq!(checked(&module(&all)).unwrap(), module(&all));
}

#[test]
fn what_is_no_module_is_refused() {
    let [types, functions, code] = function(&[&LOCAL_GET_0]);
    let whole = module(&[types, functions, code]);
    for broken in [&whole[..whole.len() - 1], &whole[..4], b"", b"(module)"] {
        for refused in [checked(broken), compacted(broken)] {
            let error = refused.unwrap_err();
            let refused = matches!(error, OptimizationError::Refused { .. });
            assert!(refused, "{error}");
        }
    }
}

#[test]
fn what_cannot_be_read_or_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("module");
    let mut options = OptimizationOptions::new_opt_level_0();
    options.debug_info(true);

    let error = options.run(&module, &module).unwrap_err();
    assert!(
        matches!(&error, OptimizationError::Read { path, source }
            if *path == module && source.kind() == io::ErrorKind::NotFound),
        "{error:?}"
    );
    fs::write(&module, HEADER).unwrap();
    let nowhere = folder.path().join("no/where");
    let error = options.run(&module, &nowhere).unwrap_err();
    assert!(
        matches!(&error, OptimizationError::Write { path, source }
            if *path == nowhere && source.kind() == io::ErrorKind::NotFound),
        "{error:?}"
    );
}

/// Rather than keep names that somebody wanted removed.
#[test]
fn names_cannot_be_removed() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("module");
    fs::write(&module, HEADER).unwrap();
    let mut options = OptimizationOptions::new_opt_level_0();
    let error = options.run(&module, &module).unwrap_err();
    assert!(matches!(error, OptimizationError::NamesUnwanted), "{error}");
    options.debug_info(true).run(&module, &module).unwrap();
}
