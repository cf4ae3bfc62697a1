//! 差错 — what the operating system and the reader of JSON say, in Chinese: what is wrong and what to do.

use std::io::ErrorKind;

/// A failure of the operating system; its own words where we have none.
pub fn of_system(error: &std::io::Error) -> String {
    let known = match error.kind() {
        ErrorKind::NotFound => "没有这个文件或目录",
        ErrorKind::PermissionDenied => "没有权限，请检查文件和目录的属主与权限",
        ErrorKind::AlreadyExists => "已有同名的文件",
        ErrorKind::NotADirectory => "路径中有一段不是目录",
        ErrorKind::IsADirectory => "这是目录，不是文件",
        ErrorKind::DirectoryNotEmpty => "目录里还有文件",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘已满，请清理后重试",
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的",
        ErrorKind::UnexpectedEof => "文件不完整",
        ErrorKind::InvalidFilename => "文件名太长或有不能用的字符",
        ErrorKind::FileTooLarge => "文件太大",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "文件正被占用，请稍后再试",
        ErrorKind::AddrInUse => "端口已被占用",
        ErrorKind::AddrNotAvailable => "本机没有这个地址",
        ErrorKind::ConnectionRefused => "对方拒绝连接",
        ErrorKind::TimedOut => "超时无响应",
        ErrorKind::InvalidData => "内容不是预期的格式或编码",
        ErrorKind::OutOfMemory => "内存不足",
        _ => return format!("系统报错：{error}"),
    };
    known.to_owned()
}

/// Why a line is no JSON object. Nothing of it is quoted: it may hold somebody's number.
pub fn of_json(line: &str, error: &serde_json::Error) -> String {
    if error.is_data() || !line.trim_start().starts_with('{') {
        return "每行应是一个以 { 开头、以 } 结尾的对象".to_owned();
    }
    if error.is_eof() {
        return "这一行没有写完，缺少引号、括号或 }，一条信息不能分成几行".to_owned();
    }
    let said = error.to_string();
    let meaning = MEANINGS.iter().find(|(words, _)| said.starts_with(words));
    let meaning = meaning.map_or("写法有误", |(_, meaning)| meaning);
    format!("第{}个字附近：{meaning}", column(line, error.column()))
}

/// The reader counts bytes; people count characters.
fn column(line: &str, bytes: usize) -> usize {
    let begins = line.char_indices().take_while(|(at, _)| *at < bytes);
    begins.count()
}

/// What the reader of JSON says, and what it means.
static MEANINGS: [(&str, &str); 14] = [
    ("key must be a string", "栏名要用英文双引号括起来"),
    ("expected `:`", "栏名后面缺少英文冒号"),
    (
        "expected `,` or `}`",
        "两栏之间缺少英文逗号，或文字里的双引号前没有写反斜杠",
    ),
    ("expected `,` or `]`", "列表里缺少英文逗号"),
    ("expected value", "这里应是值：文字要用英文双引号括起来"),
    ("expected ident", "这里应是值：文字要用英文双引号括起来"),
    ("trailing comma", "最后一栏后面多了一个逗号"),
    (
        "trailing characters",
        "} 后面还有别的内容，每行只能写一条信息",
    ),
    (
        "control character",
        "文字里有换行、制表等控制字符，换行应写作 \\n",
    ),
    ("invalid escape", "反斜杠用法不对，反斜杠本身应写作 \\\\"),
    ("invalid number", "数字写法不对"),
    ("number out of range", "数字太大"),
    ("recursion limit", "层次太深"),
    ("invalid unicode", "\\u 后面的编码不对"),
];
